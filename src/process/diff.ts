import type { Process } from "#process/process.ts";

/** What happened between two looks at the same processes. */
export type Change =
  | { readonly kind: "started"; readonly process: Process }
  | { readonly kind: "execed"; readonly before: Process; readonly process: Process }
  | { readonly kind: "gone"; readonly process: Process };

/** Processes by pid. */
export type Processes = ReadonlyMap<number, Process>;

/**
 * Births, execs and departures, departures first: a pid that was used again is one process that left and another that
 * came, told by the start time.
 */
export function diff(before: Processes, after: Processes): Change[] {
  const gone: Change[] = [];
  const rest: Change[] = [];
  for (const process of before.values()) {
    const now = after.get(process.pid);
    if (now?.startTicks !== process.startTicks) gone.push({ kind: "gone", process });
  }
  for (const process of after.values()) {
    const then = before.get(process.pid);
    if (then?.startTicks !== process.startTicks) rest.push({ kind: "started", process });
    else if (hasExeced(then, process)) rest.push({ kind: "execed", before: then, process });
  }
  return [...gone, ...rest];
}

/** The other way round: what `before` becomes by the changes. */
export function apply(before: Processes, changes: readonly Change[]): Map<number, Process> {
  const after = new Map(before);
  for (const change of changes) {
    if (change.kind === "gone") after.delete(change.process.pid);
    else after.set(change.process.pid, change.process);
  }
  return after;
}

/**
 * Runs another program by now: its name, its executable or the start of its arguments changed. What has ended has lost
 * the latter two, which is no change, and what cannot be read tells nothing.
 */
export function hasExeced(before: Process, after: Process): boolean {
  if (before.name !== after.name) return true;
  return differs(programOf(before), programOf(after)) || differs(before.facts.args?.[0], after.facts.args?.[0]);
}

/** The kernel notes ` (deleted)` where the file was replaced, as every upgrade does under running programs. */
function programOf({ facts }: Process): string | null {
  return facts.exe?.replace(/ \(deleted\)$/, "") ?? null;
}

function differs(before: string | null | undefined, after: string | null | undefined): boolean {
  return before != null && after != null && before !== after;
}
