import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { problemStatus } from "#base/errors.ts";
import { parseSignal } from "#process/signal.ts";
import dashboard from "../../k8s/monitoring/dashboard.json";
import { attempt } from "../support/pod/command.ts";
import { manifestOf, manifests } from "../support/pod/manifests.ts";
import { checkRules, describeWithPrometheus } from "../support/prometheus.ts";
import { type AlertCase, alertCases } from "./support/alert-cases.ts";
import { metrics, targetLabels, unknownIn, usedIn } from "./support/promql.ts";

type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
};
type Rules = { readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[] };
const { spec, ...rest } = manifestOf<{ readonly spec: Rules }>("monitoring/rules.yaml", "PrometheusRule");
const rules = spec.groups.flatMap((group) => group.rules);

const folder = mkdtempSync(join(tmpdir(), "sexton-rules-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("rules.yaml is a PrometheusRule", () => {
  expect(rest).toEqual({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "sexton", labels: { "app.kubernetes.io/name": "sexton" } },
  } as never);
});

test("podmonitor.yaml is a PodMonitor of the port that the manifests name", () => {
  // The operator's own schema is not at hand: these are all fields of it that are used, as its documentation has them.
  expect(manifests().get("monitoring/podmonitor.yaml") as object).toEqual([
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: { name: "sexton", labels: { "app.kubernetes.io/name": "sexton" } },
      spec: {
        namespaceSelector: { any: true },
        selector: {},
        podMetricsEndpoints: [
          {
            port: "sexton-probes",
            path: "/metrics",
            interval: "30s",
            honorLabels: true,
            relabelings: [
              { targetLabel: "job", replacement: "sexton" },
              { action: "labeldrop", regex: "container" },
            ],
          },
        ],
      },
    },
  ]);
  expect(JSON.stringify(manifests().get("sidecar.yaml"))).toContain('"name":"sexton-probes","containerPort":9098');
});

test("the table of docs/metrics.md is read", () => {
  expect(metrics.size).toBeGreaterThan(50);
  expect(metrics.get("sexton_process_exits_total")).toEqual(["container", "name", "reason", "code", "signal"]);
  expect(unknownIn('sum by (color) (sexton_zombies{containre="a"}) + sexton_zombie')).toEqual([
    "sexton_zombie",
    "sexton_zombies{containre}",
    "color",
  ]);
});

test.each(rules)("$alert names metrics and labels that there are", ({ alert, expr, annotations }) => {
  expect({ alert, unknown: unknownIn(expr) }).toEqual({ alert, unknown: [] });
  expect(Object.keys(annotations).sort()).toEqual(["description", "summary"]);
  const own = usedIn(expr).flatMap(({ metric }) => metrics.get(metric) ?? []);
  const shown = [
    ...Object.values(annotations)
      .join(" ")
      .matchAll(/\$labels\.(\w+)/g),
  ].map(([, label = ""]) => label);
  for (const label of shown) expect([...targetLabels, ...own]).toContain(label);
});

test("signals and outcomes that the rules and the dashboard look for are those that there are", () => {
  const all = [...rules.map(({ expr }) => expr), ...targets.map(({ expr }) => expr)].flatMap(usedIn);
  const valuesOf = (metric: string, label: string) =>
    all
      .flatMap((used) => (used.metric === metric ? used.matchers : []))
      .flatMap(([name, , value]) => (name === label ? [value] : []));
  const signals = ["sexton_process_exits_total", "sexton_signals_total"].flatMap((metric) =>
    valuesOf(metric, "signal"),
  );
  const names = signals.flatMap((value) => {
    const [, some] = /^SIG\((.*)\)$/.exec(value) ?? [];
    return some === undefined ? [value] : some.split("|").map((name) => `SIG${name}`);
  });
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(parseSignal(name)?.name).toBe(name as never);
  for (const outcome of valuesOf("sexton_signals_total", "outcome"))
    expect(["sent", ...Object.keys(problemStatus)]).toContain(outcome);
  for (const reason of valuesOf("sexton_process_exits_total", "reason"))
    expect(["exited", "signaled"]).toContain(reason);
});

describeWithPrometheus("promtool", () => {
  test("has nothing to say of the rules", async () => {
    expect(await checkRules(spec)).toBe("");
  });

  test("every alert has a case in which it fires, and one in which it does not", () => {
    for (const { alert } of rules) {
      const cases = alertCases.filter((each) => each.alert === alert);
      expect({ alert, fires: new Set(cases.map(({ fires }) => fires)).size }).toEqual({ alert, fires: 2 });
    }
    for (const { series } of alertCases) for (const each of Object.keys(series)) expect(unknownIn(each)).toEqual([]);
  });

  test.each([...rules.map(({ alert }) => alert)])("%s fires when it should, and else does not", async (alert) => {
    const said = await testRules(alertCases.filter((each) => each.alert === alert));
    expect(said).toBe("");
  });

  test("takes the configuration and the rules of k8s/examples/prometheus.yaml", async () => {
    const { data } = manifestOf<{ readonly data: Record<string, string> }>("examples/prometheus.yaml", "ConfigMap");
    for (const [name, text] of Object.entries(data)) writeFileSync(join(folder, name), text);
    for (const check of [
      ["config", "--lint-fatal", "prometheus.yml"],
      ["rules", "--lint-fatal", "example.rules.yml"],
    ]) {
      const { exitCode, stdout, stderr } = await attempt(["promtool", "check", ...check], { cwd: folder });
      expect({ check, exitCode, said: exitCode === 0 ? "" : stdout + stderr }).toEqual({
        check,
        exitCode: 0,
        said: "",
      });
    }
  });

  test("takes the expressions of the dashboard", async () => {
    const written = targets.map(({ expr }, index) => ({ record: `panel:${index}`, expr: withoutVariables(expr) }));
    expect(await checkRules({ groups: [{ name: "dashboard", rules: written }] })).toBe("");
  });
});

/** Each case as a test of its own, and what promtool says where one fails. */
async function testRules(cases: readonly AlertCase[]): Promise<string> {
  const file = join(folder, `${cases[0]?.alert}.json`);
  // What is to be expected are labels: annotations are text, which would have to be repeated here.
  const bare = spec.groups.map((group) => ({
    ...group,
    rules: group.rules.map(({ annotations: _, ...rule }) => rule),
  }));
  writeFileSync(join(folder, "rules.json"), JSON.stringify({ groups: bare }));
  // It compares labels as a whole; what they are is told by whether there is one.
  const tests = cases.map(({ title, alert, series, minute, fires }) => ({
    name: title,
    interval: "1m",
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: `count(ALERTS{alertname="${alert}",alertstate="firing"}) or vector(0)`,
        eval_time: `${minute}m`,
        exp_samples: [{ labels: "{}", value: fires ? 1 : 0 }],
      },
    ],
  }));
  writeFileSync(file, JSON.stringify({ rule_files: ["rules.json"], evaluation_interval: "1m", tests }));
  const { exitCode, stdout, stderr } = await attempt(["promtool", "test", "rules", file], { cwd: folder });
  return exitCode === 0 ? "" : `${stdout}${stderr}`;
}

type Panel = (typeof dashboard.panels)[number];
const panels = dashboard.panels as readonly Panel[];
const targets = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })),
);

/** As Grafana writes them in. */
function withoutVariables(expr: string): string {
  return expr
    .replaceAll("$__rate_interval", "5m")
    .replaceAll("$__range", "6h")
    .replaceAll(/"\$\w+"/g, '".*"');
}

test.each(targets)(
  "dashboard, $title: metrics, labels and legend are those that there are",
  ({ expr, legendFormat }) => {
    expect(unknownIn(withoutVariables(expr))).toEqual([]);
    expect(withoutVariables(expr)).not.toContain("$");
    const own = usedIn(expr).flatMap(({ metric }) => metrics.get(metric) ?? []);
    for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
      expect([...targetLabels, ...own]).toContain(label);
    for (const used of usedIn(expr))
      expect(used.matchers.slice(0, 3).map(([label]) => label)).toEqual(["job", "namespace", "pod"]);
  },
);

test("dashboard: panels have numbers and places of their own, and the chosen Prometheus", () => {
  const taken = new Set<string>();
  for (const { gridPos, type, ...panel } of panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x} ${y}`)).toBe(false);
        taken.add(`${x} ${y}`);
      }
    expect(["row", "stat", "timeseries", "table", "state-timeline"]).toContain(type);
    if (type === "row") continue;
    expect(panel.datasource).toEqual({ type: "prometheus", uid: `\${${"datasource"}}` });
    expect(panel.targets?.length).toBeGreaterThan(0);
  }
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(dashboard.templating.list.map(({ name }) => name)).toEqual(["datasource", "namespace", "pod"]);
});

test("dashboard: each alert has a panel that shows what it is about", () => {
  const shown = new Set(targets.flatMap(({ expr }) => usedIn(expr).map(({ metric }) => metric)));
  for (const { alert, expr } of rules) {
    const wanted = usedIn(expr)
      .map(({ metric }) => metric)
      .filter((metric) => !metric.startsWith("kube_"));
    expect({ alert, missing: wanted.filter((metric) => !shown.has(metric)) }).toEqual({ alert, missing: [] });
  }
});
