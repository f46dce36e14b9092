import type { Process, ProcessFacts } from "#process/process.ts";
import { redactArgs } from "#process/redact.ts";

/** `api.redactArgs`: of the whole program, as the level of its log is. */
let hides = true;

export function hideCredentials(wanted: boolean): void {
  hides = wanted;
}

/** The arguments of a process are one array until they are read anew. */
const known = new WeakMap<readonly string[], readonly string[]>();

/** The arguments as they may leave sexton. Whatever sexton decides by is `facts.args` itself. */
export function shownArgs({ args }: Pick<ProcessFacts, "args">): readonly string[] | null {
  if (args === null || !hides) return args;
  const found = known.get(args);
  if (found) return found;
  const masked = redactArgs(args);
  known.set(args, masked);
  return masked;
}

/** The arguments as one line; null where there are none. */
export function shownLine(facts: Pick<ProcessFacts, "args">): string | null {
  const args = shownArgs(facts);
  return args && args.length > 0 ? args.join(" ") : null;
}

/** The same, or `[name]` as ps(1) has it. */
export function shownCommand({ name, facts }: Pick<Process, "name" | "facts">): string {
  return shownLine(facts) ?? `[${name}]`;
}
