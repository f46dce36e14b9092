import type { Problem, ProblemKind } from "#base/errors.ts";
import type { Caller } from "#process/caller.ts";
import type { TraceContext } from "#process/trace-context.ts";

/** When a signal counts as done: when it is on its way, when evidence shows its effect, when the receiver has ended. */
export const hookGoals = ["sent", "confirmed", "exited"] as const;
export type HookGoal = (typeof hookGoals)[number];

export type HookAction =
  /** `target` null: the main app. The goal is waited for `waitMs` at most. */
  | {
      readonly kind: "signal";
      readonly verb: string;
      readonly target: string | null;
      readonly until: HookGoal;
      readonly waitMs: number;
    }
  | { readonly kind: "reload"; readonly watch: string }
  | { readonly kind: "hold"; readonly watch: string; readonly forMs: number };

/** What somebody who can only GET may have done, such as a kubelet's preStop. */
export interface HookSettings {
  /** So long nothing is done: load balancers hear of a pod's end while it begins. */
  readonly delayMs: number;
  /** So long after its end a further call is answered from what came of it, and does nothing. */
  readonly keepMs: number;
  readonly action: HookAction;
}

/** What came of it. */
export interface HookReport {
  readonly hook: string;
  readonly isDone: boolean;
  /** A sentence. */
  readonly detail: string;
  /** Of the refusal that it failed by; null: there was none. */
  readonly because: ProblemKind | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** By a clock that nobody sets. */
  readonly durationMs: number;
  /** How many have called since it began: whoever comes later joins, or is told what came of it. */
  readonly calls: number;
}

export interface HookCall {
  readonly caller: Caller | null;
  readonly trace: TraceContext | null;
}

/** What HTTP can ask of the hooks. */
export interface Hooks {
  /** Does what the hook of that name says, once for all who call meanwhile; resolves when it is done. */
  call(name: string, call: HookCall): Promise<HookReport | Problem>;
}
