/** Process states by the words of the API, for the letters of proc_pid_stat(5). */
export const processStates = [
  "running",
  "sleeping",
  "disk-sleep",
  "stopped",
  "tracing-stop",
  "zombie",
  "dead",
  "idle",
] as const;

export type ProcessState = (typeof processStates)[number];

const byLetter: Readonly<Record<string, ProcessState>> = {
  R: "running",
  S: "sleeping",
  D: "disk-sleep",
  T: "stopped",
  t: "tracing-stop",
  Z: "zombie",
  X: "dead",
  x: "dead",
  I: "idle",
  // Parked and waking exist in some kernels' history only; both are asleep to an onlooker.
  P: "sleeping",
  W: "sleeping",
  K: "disk-sleep",
};

export function stateOf(letter: string): ProcessState {
  return byLetter[letter] ?? "sleeping";
}

/** The letter ps(1) shows. */
export function letterOf(state: ProcessState): string {
  return Object.keys(byLetter).find((letter) => byLetter[letter] === state) ?? "?";
}

/**
 * Has ended: no signal and no reload can reach it any more. A process whose first thread has returned while others go
 * on looks like a zombie too, but has more than one thread, and they take signals.
 */
export function hasEnded({ state, threads }: { readonly state: ProcessState; readonly threads: number }): boolean {
  return (state === "zombie" || state === "dead") && threads <= 1;
}
