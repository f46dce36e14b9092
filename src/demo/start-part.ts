import { readInvocation } from "#kernel/invocation.ts";
import { everySignal } from "#kernel/signal-set.ts";
import { type Passage, spawn } from "#kernel/spawn.ts";

const { environment } = readInvocation(process.argv.slice(2));

/** Starts a program that PATH leads to; null when it cannot be started. Its output is nobody's, but that of the agent. */
export function startPart(argv: readonly string[], isQuiet = true, passage?: Passage): number | null {
  const common = { environment, defaults: everySignal, mask: 0n, group: "same", terminal: null } as const;
  const spawned = spawn({ argv, ...common, isQuiet, passage });
  return "pid" in spawned ? spawned.pid : null;
}
