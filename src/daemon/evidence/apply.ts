import { isProblem, type Problem } from "#base/errors.ts";
import type { Agent } from "#daemon/agent.ts";
import type { Bus } from "#daemon/bus.ts";
import { reloadByHttp } from "#daemon/evidence/http-reload.ts";
import type { Outcome } from "#daemon/outcome.ts";
import { bootTimeMs } from "#kernel/boot-time.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { ticksPerSecond } from "#kernel/units.ts";
import type { Evidence } from "#process/evidence.ts";
import { formatId } from "#process/identity.ts";
import type { WatchSettings } from "#process/reload.ts";
import { supersededText } from "#process/reload-text.ts";
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
  /** There is something newer: what is told is told, and no proof is waited for. */
  readonly enough: AbortSignal;
}

/**
 * What became of one reload of a watch. `no-target`: nobody is there who could reload, yet or any more. `superseded`: it was
 * told, and something newer came before anything showed an effect.
 */
export interface Applied {
  readonly status: "confirmed" | "unconfirmed" | "superseded" | "failed" | "no-target";
  readonly evidence: readonly Evidence[];
  /** In a sentence, why it is not confirmed; null: it is. */
  readonly detail: string | null;
  /** Of the process that was told, `17-49123`; null: none was. */
  readonly process: string | null;
  /** Why nobody was told anything: the app has what it had. */
  readonly refusal?: Problem;
}

export type Apply = (watch: WatchSettings, about: About) => Promise<Applied>;

/** What is there later, or was a moment ago. */
const absences: readonly Problem["kind"][] = ["target-not-found", "process-gone", "process-replaced"];

/** Makes the app of a watch reload, by the same guarded path as the API, and says what came of it. */
export function createApply({ root, bus, agent }: ApplyMeans): Apply {
  return async (watch, about) => {
    const { cause, trace, abort, enough, opened } = about;
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
      proof: { waitMs, http, opened, dueMs: waitMs, enough },
      watch: watch.name,
    });
    if (isProblem(report)) return refused(report);
    const { outcome } = report;
    const [evidence, process] = [outcome?.evidence ?? [], formatId(report.target.process)];
    const status = outcome === null ? "unconfirmed" : statusOf(outcome);
    if (status === "unconfirmed" && enough.aborted && outcome)
      return { status: "superseded", evidence, detail: supersededText(outcome.afterSeconds), process };
    const detail = outcome === null || status === "confirmed" ? null : describe(outcome);
    return { status, evidence, detail, process };
  };
}

/** Workers of before the last reload that have not left. */
export function oldWorkers({ agent }: Pick<ApplyMeans, "agent">, watch: WatchSettings): number {
  const known = agent.knownTarget({ target: watch.target ?? undefined });
  return isProblem(known) ? 0 : agent.oldWorkers(known.process);
}

/**
 * How long the target has been there, in milliseconds by CLOCK_BOOTTIME, as the kernel counts it: by the wall clock an
 * app would be younger than it is once that is set back. Null: it is not there.
 */
export function ageOf({ agent, root }: Pick<ApplyMeans, "agent" | "root">, watch: WatchSettings): number | null {
  const known = agent.knownTarget({ target: watch.target ?? undefined });
  return isProblem(known) ? null : bootTimeMs(root) - (known.process.startTicks * 1000) / ticksPerSecond;
}

/**
 * In a sentence, that the watch names nobody whom the configuration knows, or nobody in particular; null: its app is there,
 * or what is configured waits for it.
 */
export function targetProblem(
  { agent }: { readonly agent: Pick<Agent, "knownTarget" | "settings"> },
  { name, target }: Pick<WatchSettings, "name" | "target">,
): string | null {
  const known = agent.knownTarget({ target: target ?? undefined });
  if (!isProblem(known)) return null;
  const { targets } = agent.settings();
  if (known.kind === "target-ambiguous") return `${known.detail} Watch ${name} reloads nobody until then.`;
  if (target === null || Object.hasOwn(targets, target) || known.kind !== "target-not-found") return null;
  return `${known.detail} Mend the target of watch ${name}, or configure it under targets.`;
}

function refused(refusal: Problem): Applied {
  const status = absences.includes(refusal.kind) ? "no-target" : "failed";
  return { status, evidence: [], detail: refusal.detail, process: null, refusal };
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
