import { columns, printable } from "#base/columns.ts";
import { isProblem } from "#base/errors.ts";
import type { SignalReport, TargetPreview } from "#daemon/agent.ts";
import { containerView } from "#http/views/process.ts";
import { formatId } from "#process/identity.ts";

export function targetView({ named, verbs, problem }: TargetPreview) {
  const target = isProblem(named.found) ? null : named.found;
  return {
    name: named.name,
    pid: target?.process.pid ?? null,
    id: target ? formatId(target.process) : null,
    container: containerView(target?.container ?? null),
    profile: target?.profile?.name ?? null,
    verbs: Object.fromEntries(
      verbs.map(({ verb, signal, disposition, willSend }) => [verb, { signal: signal.name, disposition, willSend }]),
    ),
    problem: problem && { kind: problem.kind, detail: problem.detail },
  };
}

type TargetView = ReturnType<typeof targetView>;

interface TargetLine {
  readonly target: TargetView;
  readonly verb: string | null;
  readonly would: TargetView["verbs"][string] | null;
}

export function targetsTable(targets: readonly TargetView[]): string {
  const lines = targets.flatMap((target): TargetLine[] => {
    const verbs = Object.entries(target.verbs);
    return verbs.length === 0
      ? [{ target, verb: null, would: null }]
      : verbs.map(([verb, would]) => ({ target, verb, would }));
  });
  return columns(lines, [
    { title: "TARGET", value: ({ target }) => target.name },
    { title: "PID", align: "right", value: ({ target }) => target.pid },
    { title: "CONTAINER", value: ({ target }) => target.container?.name ?? target.container?.id?.slice(0, 12) ?? null },
    { title: "PROFILE", value: ({ target }) => target.profile },
    { title: "VERB", value: ({ verb }) => verb },
    { title: "SIGNAL", value: ({ would }) => would?.signal ?? null },
    { title: "DISPOSITION", value: ({ would }) => would?.disposition ?? null },
    {
      title: "WILL SEND",
      value: ({ target, would }) => (would ? (would.willSend ? "yes" : "no") : (target.problem?.detail ?? null)),
    },
  ]);
}

interface Said {
  readonly dryRun: boolean;
  readonly traceId: string | null;
  readonly sentAt: string | null;
}

export function reportView(
  { target, intent, disposition, sent, outcome }: SignalReport,
  { dryRun, traceId, sentAt }: Said,
) {
  return {
    target: target.name,
    pid: target.process.pid,
    id: formatId(target.process),
    container: containerView(target.container),
    profile: target.profile?.name ?? null,
    verb: intent.verb,
    signal: intent.signal.name,
    number: intent.signal.number,
    disposition,
    sent,
    sentAt,
    dryRun,
    traceId,
    outcome,
  };
}

/** What happened, as one line for a person. */
export function reportText(report: ReturnType<typeof reportView>): string {
  const container = report.container?.name ? `, container ${report.container.name}` : "";
  const receiver = printable(`${report.target} (pid ${report.pid}${container})`);
  if (!report.sent) return `Would send ${report.signal} to ${receiver}: ${report.disposition}\n`;
  return `Sent ${report.signal} to ${receiver}: ${outcomeText(report.outcome)}\n`;
}

function outcomeText(outcome: SignalReport["outcome"]): string {
  switch (outcome?.status) {
    case "confirmed":
      return `confirmed after ${outcome.afterSeconds} s, ${outcome.evidence.map(({ detail }) => detail).join(", ")}`;
    case "unconfirmed":
      if (outcome.failure !== undefined) return `failed after ${outcome.afterSeconds} s: ${outcome.failure}`;
      return `it is alive, and nothing seen in ${outcome.afterSeconds} s shows an effect`;
    case "exited":
      return `it ended after ${outcome.afterSeconds} s, ${outcome.signal ? `by ${outcome.signal}` : `exit code ${outcome.exitCode ?? "unknown"}`}`;
    default:
      return "not waited for";
  }
}
