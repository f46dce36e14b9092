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
