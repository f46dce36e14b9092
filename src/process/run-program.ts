/** How a program that sexton has started came to its end. */
export type ProgramEnd =
  | { readonly exitCode: number | null; readonly signal: string | null; readonly timedOut: boolean }
  /** It was not started: why, as errno names it. */
  | { readonly error: string };

/**
 * Starts a program, without a shell, and waits for its end. It is killed when its time is over, and when `abort` fires; the
 * promise rejects then. Nothing is known of what it writes.
 */
export type RunProgram = (
  command: readonly string[],
  options: { readonly timeoutMs: number; readonly abort: AbortSignal },
) => Promise<ProgramEnd>;
