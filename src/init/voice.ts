/** What an init tells of its work; each personality has its words, and most are for those who ask for more. */
export interface Voice {
  /** Orphans will not come here: neither pid 1 nor a subreaper. */
  notReaping(): void;
  subreaper(automatic: boolean): void;
  /** Something that ends it before the command runs: a sentence of what failed, and errno. */
  fatal(what: "pdeathsig" | "subreaper" | "tcsetpgrp", errno: number): void;
  /** Tried to give the terminal up (own session): errno, or 0 and whether we led the session that it was of. */
  detached(errno: number, led: boolean): void;
  /** Descriptor 0 is no terminal of ours. */
  noTerminal(errno: number): void;
  execFailed(command: string, errno: number): void;
  spawned(command: string, pid: number): void;
  /** The child leads a session; 0, or why it has no terminal. */
  session(errno: number): void;
  /** Signals that cannot be caught here, because the descriptors of their numbers were inherited. */
  unforwardable(numbers: readonly number[]): void;
  received(signal: number): void;
  /** One that a terminal raises as it is given up, and that went nowhere. */
  handOff(signal: number): void;
  translated(from: number, to: number): void;
  forwarding(signal: number): void;
  /** 0, or errno. */
  forwarded(signal: number, errno: number): void;
  dropped(signal: number): void;
  suspending(): void;
  /** By wait status. */
  reaped(pid: number, status: number, isMain: boolean): void;
  /** -w asks for this, of those that are not the command. */
  warnReaped(pid: number): void;
  nothingToReap(hasChildren: boolean): void;
  /** How long those who are left have; their number. */
  waiting(processes: number, graceMs: number): void;
  killing(processes: number): void;
  /** The agent beside the command has failed. */
  besideFailed(reason: string): void;
  leaving(code: number): void;
}

/** The exit code that tells of a wait status, as shells do: the code, or 128 and the signal. */
export function exitCodeOf(status: number): number {
  return (status & 0x7f) === 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
}

export function exitedNormally(status: number): boolean {
  return (status & 0x7f) === 0;
}

/** Writes bytes, one a character. */
export type Write = (text: string) => void;
