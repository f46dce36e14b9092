import { readFileSync } from "node:fs";

/** What execve(2) was given, byte for byte: Bun decodes arguments and variables as UTF-8, which loses what is none. */
export interface Invocation {
  /** What the program was called as: its argv[0]. Each byte is one character (Latin-1), here and in the others. */
  readonly name: string;
  readonly args: readonly string[];
  /** `NAME=value`. */
  readonly environment: readonly string[];
}

/** `decoded` are the arguments as Bun has them: /proc/self/cmdline begins with what ran the program, if it is a script. */
export function readInvocation(decoded: readonly string[]): Invocation {
  const all = readStrings("/proc/self/cmdline") ?? [process.argv0, ...decoded.map(asBytes)];
  return {
    name: all[0] ?? process.argv0,
    args: all.slice(Math.max(1, all.length - decoded.length)),
    environment: readStrings("/proc/self/environ") ?? variables(),
  };
}

function readStrings(path: string): string[] | null {
  try {
    return readFileSync(path, "latin1").split("\0").slice(0, -1);
  } catch {
    return null;
  }
}

function asBytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function variables(): string[] {
  return Object.entries(Bun.env).map(([name, value]) => asBytes(`${name}=${value}`));
}
