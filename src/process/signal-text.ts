import { type Column, columns, type Look, printable } from "#base/columns.ts";
import { type ContainerRef, containerLabel } from "#process/container.ts";
import type { Evidence } from "#process/evidence.ts";

/** What can be sent to whom, as the API answers it. */
export interface TargetSummary {
  readonly name: string;
  readonly pid: number | null;
  readonly container: ContainerRef | null;
  readonly profile: string | null;
  readonly verbs: Readonly<
    Record<string, { readonly signal: string; readonly disposition: string | null; readonly willSend: boolean }>
  >;
  readonly problem: { readonly detail: string } | null;
}

interface TargetRow {
  readonly target: TargetSummary;
  readonly verb: string | null;
  readonly would: TargetSummary["verbs"][string] | null;
}

const targetColumns: readonly Column<TargetRow>[] = [
  { title: "TARGET", value: ({ target }) => target.name },
  { title: "PID", align: "right", value: ({ target }) => target.pid },
  {
    title: "CONTAINER",
    leftOut: 2,
    value: ({ target }) => containerLabel(target.container),
  },
  { title: "PROFILE", leftOut: 3, value: ({ target }) => target.profile },
  { title: "VERB", value: ({ verb }) => verb },
  { title: "SIGNAL", value: ({ would }) => would?.signal ?? null },
  { title: "DISPOSITION", leftOut: 1, value: ({ would }) => would?.disposition ?? null },
  {
    title: "WILL SEND",
    value: ({ target, would }) => (would ? (would.willSend ? "yes" : "no") : (target.problem?.detail ?? null)),
  },
];

/** A line for each verb of each target. */
export function targetsTable(
  targets: readonly TargetSummary[],
  look: Pick<Look<unknown>, "width" | "paintTitles"> = {},
): string {
  const rows = targets.flatMap((target): TargetRow[] => {
    const verbs = Object.entries(target.verbs);
    return verbs.length === 0
      ? [{ target, verb: null, would: null }]
      : verbs.map(([verb, would]) => ({ target, verb, would }));
  });
  return columns(rows, targetColumns, { ...look, lastWidth: 9 });
}

/** What became of a signal, as the API answers it. */
export interface SignalSummary {
  readonly target: string;
  readonly pid: number;
  readonly container: ContainerRef | null;
  readonly verb: string | null;
  readonly signal: string;
  readonly disposition: string | null;
  readonly sent: boolean;
  readonly outcome: {
    readonly status: "confirmed" | "unconfirmed" | "exited" | "pending";
    readonly evidence: readonly Evidence[];
    readonly afterSeconds: number;
    readonly exitCode?: number | null;
    readonly signal?: string | null;
    readonly failure?: string;
  } | null;
}

/** The same as a line for a person, with a line below it for each thing that was seen. */
export function signalText({ target, pid, container, signal, disposition, sent, outcome }: SignalSummary): string {
  const where = container?.name ? `, container ${containerLabel(container)}` : "";
  const receiver = printable(`${target} (pid ${pid}${where})`);
  if (!sent) return `Would send ${signal} to ${receiver}: ${disposition ?? "disposition unknown"}\n`;
  const seen = outcome?.evidence.map(({ kind, detail }) => `  ${printable(`${kind}: ${detail}`)}\n`) ?? [];
  return `Sent ${signal} to ${receiver}: ${printable(outcomeText(outcome))}\n${seen.join("")}`;
}

function outcomeText(outcome: SignalSummary["outcome"]): string {
  switch (outcome?.status) {
    case "confirmed":
      return `confirmed after ${outcome.afterSeconds} s`;
    case "unconfirmed":
      if (outcome.failure !== undefined) return `failed after ${outcome.afterSeconds} s: ${outcome.failure}`;
      return `it is alive, and nothing seen in ${outcome.afterSeconds} s shows an effect`;
    case "exited":
      return `it ended after ${outcome.afterSeconds} s, ${outcome.signal ? `by ${outcome.signal}` : `exit code ${outcome.exitCode ?? "unknown"}`}`;
    default:
      return "not waited for";
  }
}
