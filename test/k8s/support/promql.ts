import { readFileSync } from "node:fs";
import { join } from "node:path";

const page = readFileSync(join(import.meta.dir, "../../../docs/metrics.md"), "utf8");

/** What the target of a scrape is called, by k8s/monitoring/podmonitor.yaml and Prometheus itself. */
export const targetLabels = ["job", "instance", "namespace", "pod"];

/** Metrics of others, with the labels that are used of them. */
const foreign: Readonly<Record<string, readonly string[]>> = {
  up: [],
  kube_pod_init_container_status_ready: ["container"],
  kube_pod_status_phase: ["phase"],
};

/** The labels of each metric by the table of docs/metrics.md, which another test holds against the code. */
function documented(): Map<string, readonly string[]> {
  const rows = page.matchAll(/^\| `(sexton_\w+)` \| (\w+) \| (.*?) \|/gm);
  const metrics = new Map<string, readonly string[]>(Object.entries(foreign));
  for (const [, name = "", type, labels = ""] of rows) {
    const own = [...labels.matchAll(/`(\w+)`/g)].map(([, label = ""]) => label);
    metrics.set(name, own);
    if (type === "histogram") metrics.set(`${name}_bucket`, [...own, "le"]);
  }
  return metrics;
}

export const metrics = documented();

export interface Used {
  readonly metric: string;
  /** Label, operator and value of the selector. */
  readonly matchers: readonly (readonly [label: string, operator: string, value: string])[];
}

/** The metrics that an expression names, with what it wants of their labels. */
export function usedIn(expr: string): Used[] {
  const names = expr
    .replace(/"[^"]*"/g, (text) => '"'.padEnd(text.length, "~"))
    .matchAll(/\b(sexton_\w+|kube_\w+|up)\b(\{[^}]*\})?/g);
  return [...names].map(({ 0: found, 1: metric = "", index }) => {
    const selector = expr.slice(index + metric.length, index + found.length);
    const matchers = [...selector.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)];
    return {
      metric,
      matchers: matchers.map(([, label = "", operator = "", value = ""]) => [label, operator, value] as const),
    };
  });
}

/** Labels that an expression groups or joins by. */
function groupedBy(expr: string): string[] {
  const lists = expr.matchAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g);
  return [...lists].flatMap(([, list = ""]) =>
    list
      .split(",")
      .map((label) => label.trim())
      .filter((label) => label !== ""),
  );
}

/** What in an expression no series of sexton's, or of those others, has. */
export function unknownIn(expr: string, more: readonly string[] = []): string[] {
  const used = usedIn(expr);
  const known = new Set([...targetLabels, ...more, ...used.flatMap(({ metric }) => metrics.get(metric) ?? [])]);
  return [
    ...(used.length === 0 ? ["no metric at all"] : []),
    ...used.filter(({ metric }) => !metrics.has(metric)).map(({ metric }) => metric),
    ...used.flatMap(({ metric, matchers }) =>
      matchers
        .filter(([label]) => !targetLabels.includes(label) && !metrics.get(metric)?.includes(label))
        .map(([label]) => `${metric}{${label}}`),
    ),
    ...groupedBy(expr).filter((label) => !known.has(label)),
  ];
}
