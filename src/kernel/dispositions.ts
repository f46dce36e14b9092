import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import { signalSet } from "#kernel/signal-set.ts";

/** What is to be handed on of signals, as execve(2) would: which are ignored, and which are blocked. Bit n-1 is signal n. */
export interface Inherited {
  readonly ignored: bigint;
  readonly blocked: bigint;
}

/**
 * SIGPIPE and SIGXFSZ: the runtime ignores them from its start on, so what they were before cannot be known. SIGCHLD: to
 * hand it on as ignored it would have to be so here at the start of a child, and the kernel collects a child that ends
 * meanwhile by itself, with its exit code.
 */
const notHandedOn = signalSet([13, 17, 25]);

/** To be asked before any handler is installed. Without /proc everything is taken for default. */
export function readInherited(root: ProcRoot): Inherited {
  const status = readStatus(root, "self");
  if (status === null || isUnread(status)) return { ignored: 0n, blocked: 0n };
  return { ignored: status.signals.ignored & ~notHandedOn, blocked: status.signals.blocked };
}
