import type { Personality } from "#init/called.ts";

/** What a command line and the environment ask of an init. */
export interface InitSettings {
  readonly personality: Personality;
  /** Bytes, one a character; at least one string. */
  readonly command: readonly string[];
  /** `automatic`: unless it is pid 1. */
  readonly subreaper: "yes" | "no" | "automatic";
  /** Where the child lives: in a process group or session of its own, or in ours. */
  readonly place: "own-group" | "own-session" | "same";
  /** Signals go to the child's process group, which all of its own session's first group is. */
  readonly toGroup: boolean;
  /** Signals by number; 0 drops one. What is not named goes on as it came. */
  readonly rewrites: ReadonlyMap<number, number>;
  /** SIGTSTP, SIGTTIN and SIGTTOU stop us too, after the child. */
  readonly suspends: boolean;
  readonly parentDeathSignal: number | null;
  /** Exit codes that become 0. */
  readonly remapped: ReadonlySet<number>;
  readonly warnsOnReap: boolean;
  /** 0 says nothing but what ends it, 1 warnings, 2 to 4 more and more. */
  readonly verbosity: number;
  /** The child's end is followed by a SIGTERM to who is left of its group. */
  readonly endsGroup: boolean;
  /** How long whoever is left has to end by itself after a SIGTERM; null leaves them to the kernel. */
  readonly graceMs: number | null;
  /** The child's soft limit of open files; null: what it was before the runtime raised it, as far as that can be known. */
  readonly nofile: number | null;
  /** Of the agent beside it; null for none. */
  readonly api: { readonly config: string | null } | null;
}

/** Either what to do, or what to print and how to exit. */
export type CommandLine =
  | { readonly settings: InitSettings; readonly notes?: string }
  | { readonly exit: number; readonly out?: string; readonly err?: string };

/** By name. Each byte is one character. */
export type Environment = (name: string) => string | undefined;

export function environmentOf(strings: readonly string[]): Environment {
  return (name) => strings.find((string) => string.startsWith(`${name}=`))?.slice(name.length + 1);
}
