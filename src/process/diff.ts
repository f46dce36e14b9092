import type { Process } from "#process/process.ts";
import { hasNewArguments } from "#process/title.ts";

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
 * Runs another program by now, or the same anew. Where its addresses are seen they decide: each exec has others, while
 * setproctitle(3) and prctl(PR_SET_NAME) leave them as they are. Without address space randomization
 * (ADDR_NO_RANDOMIZE, personality(2)) they may be equal; then it is another executable that tells, and not alone, since
 * moving a file changes the link of those who run it. Where they are hidden, executable and arguments tell; a name alone
 * does not, since node, java and browsers give themselves others.
 */
export function hasExeced(before: Process, after: Process): boolean {
  const hidden = before.layout === null || after.layout === null;
  if (!hidden && before.layout !== after.layout) return true;
  if (before.facts === after.facts) return false;
  const otherProgram = differs(programOf(before), programOf(after));
  const newArguments = hasNewArguments(before, after);
  return hidden ? otherProgram || newArguments : otherProgram && (before.name !== after.name || newArguments);
}

/** The kernel notes ` (deleted)` where the file was replaced, as every upgrade does under running programs. */
function programOf({ facts }: Process): string | null {
  return facts.exe?.replace(/ \(deleted\)$/, "") ?? null;
}

function differs(before: string | null, after: string | null): boolean {
  return before !== null && after !== null && before !== after;
}
