import type { Caller } from "#process/caller.ts";

/** Why sexton ends. */
export type LeaveReason = "SIGTERM" | "SIGINT" | "app-exited" | "pod-restart";

export interface Leave {
  readonly reason: LeaveReason;
  readonly exitCode: 0 | typeof restartExitCode;
  /** Who asked for it over HTTP; null: nobody did. */
  readonly caller: Caller | null;
}

/** Of sysexits(3) and signals none has it, so that `restartPolicyRules` mean nothing else by it. */
export const restartExitCode = 88;

/** What HTTP can ask of the pod as a whole. */
export interface Pod {
  /** In front of an app: its exit code is the app's. */
  readonly isInit: boolean;
  /** Whether the settings allow it. */
  readonly mayRestart: () => boolean;
  /** Ends sexton when its answer is out. */
  restart(caller: Caller | null): void;
}
