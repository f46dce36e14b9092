import { isProblem, type Problem, type ProblemKind } from "#base/errors.ts";
import type { Agent, SignalReport } from "#daemon/agent.ts";
import type { Bus } from "#daemon/bus.ts";
import type { HookAction, HookCall } from "#process/hook.ts";
import type { Reloads } from "#process/reload.ts";

/** What came of an action, in a sentence. */
export interface Acted {
  readonly isDone: boolean;
  readonly detail: string;
  readonly because: ProblemKind | null;
}

export interface ActMeans {
  readonly agent: Pick<Agent, "signal">;
  readonly reloads: Pick<Reloads, "run" | "hold">;
  readonly bus: Pick<Bus, "emit">;
  /** Fires when sexton is about to stop. */
  readonly stopping: AbortSignal;
}

type SignalAction = Extract<HookAction, { kind: "signal" }>;

/** `cause` is the id of the event that tells who has called. */
export function act(means: ActMeans, action: HookAction, call: HookCall, cause: number): Promise<Acted> | Acted {
  switch (action.kind) {
    case "signal":
      return signal(means, action, call, cause);
    case "reload":
      return reload(means, action.watch, call, cause);
    case "hold":
      return hold(means, action, call, cause);
  }
}

async function signal(
  { agent, stopping }: ActMeans,
  action: SignalAction,
  call: HookCall,
  cause: number,
): Promise<Acted> {
  const { verb, target, until, waitMs } = action;
  const told = { verb, target: target ?? undefined, force: false, dryRun: false, waitMs, abort: stopping };
  const report = await agent.signal({ ...told, ...call, cause });
  if (!isProblem(report)) return outcomeOf(report, until, waitMs);
  // It has ended between the look at it and the signal.
  if (until === "exited" && report.kind === "process-gone") return done("it had ended already");
  return refused(report);
}

function outcomeOf({ target, intent, outcome }: SignalReport, until: SignalAction["until"], waitMs: number): Acted {
  const sent = `${intent.signal.name} was sent to ${target.name} (pid ${target.process.pid})`;
  if (until === "sent" || outcome === null) return done(sent);
  const after = `after ${outcome.afterSeconds} s`;
  if (outcome.status === "exited") {
    const how = outcome.signal ?? (outcome.exitCode == null ? "unknown how" : `exit code ${outcome.exitCode}`);
    const ended = `${sent}, and it ended ${after}, ${how}`;
    return until === "exited" ? done(ended) : failed(ended);
  }
  const isConfirmed = outcome.status === "confirmed";
  const seen = [
    ...outcome.evidence.map(({ detail }) => detail),
    ...(outcome.failure === undefined ? [] : [outcome.failure]),
  ];
  if (until === "confirmed" && isConfirmed) return done(`${sent}, and ${after} ${seen.join(", ")}`);
  const missing =
    until === "exited"
      ? "it has not ended"
      : `nothing shows that it took effect${seen.map((part) => `, ${part}`).join("")}`;
  return failed(`${sent}, and within ${waitMs / 1000} s ${missing}`);
}

async function reload({ reloads, bus }: ActMeans, watch: string, call: HookCall, cause: number): Promise<Acted> {
  bus.emit({ type: "reload.requested", data: { watch, caller: call.caller }, trace: call.trace, cause });
  const report = await reloads.run(watch, { dryRun: false, trace: call.trace });
  if (report === null) return failed(`there is no watch "${watch}"`);
  if (report.refusal) return refused(report.refusal);
  if (report.kind === "dry") return failed("nothing was done");
  const { status, detail } = report.record;
  const sentence = `the reload of ${watch} is ${status}${detail === null ? "" : `: ${detail}`}`;
  return status === "failed" || status === "rejected" ? failed(sentence) : done(sentence);
}

function hold(
  { reloads, bus }: ActMeans,
  { watch, forMs }: Extract<HookAction, { kind: "hold" }>,
  call: HookCall,
  cause: number,
): Acted {
  if (!reloads.hold(watch, forMs)) return failed(`there is no watch "${watch}"`);
  const data = { watch, forSeconds: forMs / 1000, caller: call.caller };
  bus.emit({ type: "reload.held", data, trace: call.trace, cause });
  return done(`reloads of ${watch} are held for ${forMs / 1000} s`);
}

function done(detail: string): Acted {
  return { isDone: true, detail, because: null };
}

function failed(detail: string): Acted {
  return { isDone: false, detail, because: null };
}

function refused({ kind, detail }: Problem): Acted {
  return { isDone: false, detail, because: kind };
}
