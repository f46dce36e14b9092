import { isProblem, type Problem } from "#base/errors.ts";
import type { Agent } from "#daemon/agent.ts";
import type { Bus } from "#daemon/bus.ts";
import { reloadByHttp } from "#daemon/evidence/http-reload.ts";
import type { Outcome } from "#daemon/outcome.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { Evidence } from "#process/evidence.ts";
import { formatId } from "#process/identity.ts";
import type { WatchSettings } from "#process/reload.ts";
import type { TraceContext } from "#process/trace-context.ts";

export interface ApplyMeans {
  readonly root: ProcRoot;
  readonly bus: Pick<Bus, "emit">;
  readonly agent: Pick<Agent, "signal" | "target" | "knownTarget" | "oldWorkers">;
}

export interface About {
  /** The id of the event that led to the reload. */
  readonly cause: number | null;
  readonly trace: TraceContext | null;
  /** How often the files of the watch have been opened by others than sexton. */
  readonly opened: (() => number) | null;
  readonly abort: AbortSignal;
}

/** What became of one reload of a watch. `no-target`: nobody is there who could reload, yet or any more. */
export interface Applied {
  readonly status: "confirmed" | "unconfirmed" | "failed" | "no-target";
  readonly evidence: readonly Evidence[];
  /** In a sentence, why it is not confirmed; null: it is. */
  readonly detail: string | null;
  /** Of the process that was told, `17-49123`; null: none was. */
  readonly process: string | null;
  /** Nobody was told anything: the app has what it had. */
  readonly untold?: true;
}

export type Apply = (watch: WatchSettings, about: About) => Promise<Applied>;

/** What is there later, or was a moment ago. */
const absences: readonly Problem["kind"][] = ["target-not-found", "process-gone", "process-replaced"];

/** Makes the app of a watch reload, by the same guarded path as the API, and says what came of it. */
export function createApply({ root, bus, agent }: ApplyMeans): Apply {
  return async (watch, about) => {
    const { cause, trace, abort, opened } = about;
    const receiver = { target: watch.target ?? undefined };
    if (watch.http) {
      const findTarget = () => {
        const found = agent.target(receiver);
        return isProblem(found) ? null : found.process;
      };
      return reloadByHttp({ root, bus, findTarget }, watch, watch.http, about);
    }
    // Asked first, since a signal that is refused is told each time, and this may go on until the app is there.
    const target = agent.target(receiver);
    if (isProblem(target)) return refused(target);
    const { waitMs, http } = watch.proof;
    const report = await agent.signal({
      ...receiver,
      verb: watch.verb,
      force: false,
      dryRun: false,
      waitMs: null,
      abort,
      trace,
      cause,
      proof: { waitMs, http, opened, dueMs: waitMs },
      watch: watch.name,
    });
    if (isProblem(report)) return refused(report);
    const { outcome } = report;
    const status = outcome === null ? "unconfirmed" : statusOf(outcome);
    return {
      status,
      evidence: outcome?.evidence ?? [],
      detail: outcome === null || status === "confirmed" ? null : describe(outcome),
      process: formatId(report.target.process),
    };
  };
}

/** Workers of before the last reload that have not left. */
export function oldWorkers({ agent }: Pick<ApplyMeans, "agent">, watch: WatchSettings): number {
  const known = agent.knownTarget({ target: watch.target ?? undefined });
  return isProblem(known) ? 0 : agent.oldWorkers(known.process);
}

/** When the target was started, in milliseconds since the epoch; null: it is not there. */
export function startedAt({ agent }: Pick<ApplyMeans, "agent">, watch: WatchSettings): number | null {
  const known = agent.knownTarget({ target: watch.target ?? undefined });
  return isProblem(known) ? null : known.process.startedAt;
}

function refused({ kind, detail }: Problem): Applied {
  return {
    status: absences.includes(kind) ? "no-target" : "failed",
    evidence: [],
    detail,
    process: null,
    untold: true,
  };
}

function statusOf({ status, failure }: Outcome): Applied["status"] {
  if (status === "confirmed") return "confirmed";
  return status === "exited" || failure !== undefined ? "failed" : "unconfirmed";
}

function describe({ status, failure, afterSeconds, exitCode, signal }: Outcome): string {
  if (failure !== undefined) return failure;
  if (status !== "exited") return `It is alive, and nothing seen in ${afterSeconds} s shows an effect.`;
  return `It ended after ${afterSeconds} s, ${signal ? `by ${signal}` : `with exit code ${exitCode ?? "unknown"}`}.`;
}
