import { closeSync, writeFileSync, writeSync } from "node:fs";
import { keepDescriptors } from "#kernel/descriptors.ts";
import { errno } from "#kernel/errno.ts";
import { contextAddresses, lastErrno, libc, openContextLibc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";
import { everySignal } from "#kernel/signal-set.ts";
import { createRoom, pointersTo, type Spawned, spawn } from "#kernel/spawn.ts";

const SYS_pipe2 = process.arch === "arm64" ? 59 : 293;
const O_CLOEXEC = 0x80000;
const SIGCHLD = 17;
/** Of PID, mount and cgroup namespaces: who is in there sees nobody else, may mount, and sees no cgroup but `/`. */
const ownNamespaces = 0x2000_0000 | 0x0002_0000 | 0x0200_0000;
const CLONE_NEWUSER = 0x1000_0000;

/** `user`: as root of a user namespace too, which takes no privilege where the system allows it. */
export type Apartness = "none" | "namespaces" | "user";

export interface Apart {
  readonly pid: number;
  /** The end of a pipe: the other is heard by the program, also when this is closed by whatever has ended us. */
  readonly lifeline: number;
}

const pipe = memory(8);

/**
 * Starts a program in a session of its own and, but for `none`, as pid 1 of new namespaces. `argv` is made with the
 * descriptor of its lifeline, on which a byte comes when all is prepared.
 */
export function startApart(
  argv: (lifeline: number) => readonly string[],
  environment: readonly string[],
  apartness: Apartness,
): Apart | { readonly errno: number } {
  if (libc?.syscall(SYS_pipe2, pipe.pointer, O_CLOEXEC, 0, 0, 0) !== 0) return { errno: lastErrno() };
  const heard = pipe.view.getInt32(0, true);
  const lifeline = pipe.view.getInt32(4, true);
  keepDescriptors([heard]);
  const started = start(argv(heard), environment, apartness, heard, lifeline);
  closeSync(heard);
  const mapped = "pid" in started && apartness === "user" ? becomeRoot(started.pid) : 0;
  if ("errno" in started || mapped !== 0) {
    // A child that was made hears the end without the byte, and ends.
    closeSync(lifeline);
    return "errno" in started ? started : { errno: mapped };
  }
  // One for whoever executes the program, one for the program.
  writeSync(lifeline, "\n\n");
  return { pid: started.pid, lifeline };
}

function start(
  argv: readonly string[],
  environment: readonly string[],
  apartness: Apartness,
  heard: number,
  lifeline: number,
): Spawned {
  if (apartness !== "none") {
    const flags = SIGCHLD | ownNamespaces | (apartness === "user" ? CLONE_NEWUSER : 0);
    return cloneAndExecute(argv, environment, flags, heard, lifeline);
  }
  return spawn({ argv, environment, defaults: everySignal, mask: 0n, group: "own-session", terminal: null });
}

/** ucontext_t of glibc on x86-64 and arm64: flags, the one that follows, the stack. It takes 4,560 bytes at most. */
const linkOffset = 8;
const stackOffset = 16;
const stackSizeOffset = 32;
const stackSize = 65_536;
const createContext = () => ({ context: memory(8_192), stack: memory(stackSize) });
const first = memory(8_192);
const contexts = [{ context: first, stack: memory(stackSize) }, ...Array.from({ length: 4 }, createContext)];
/** For setcontext(3), by which the child goes over to the first of them. */
const firstStack = memory(stackSize);
const byte = memory(8);
const room = createRoom();
const environmentRoom = createRoom();

/**
 * clone(2), then execve(2) in the child. posix_spawn(3) makes no namespaces, and unshare(2) no user namespace for a process
 * with threads. Nor can the child run any JavaScript: the memory that its code is in is not copied (MADV_DONTFORK). So it
 * runs a chain of C's own functions, each returning into the next by makecontext(3): glibc alone has that.
 */
function cloneAndExecute(
  argv: readonly string[],
  environment: readonly string[],
  flags: number,
  heard: number,
  lifeline: number,
): Spawned {
  const c = openContextLibc();
  if (c === null) return { errno: errno.ENOSYS };
  const functions = contextAddresses(c);
  const list = pointersTo(argv, room);
  const path = Number(list.view.getBigUint64(0, true));
  const steps: readonly (readonly [address: number, ...args: number[]])[] = [
    [functions.setsid],
    [functions.close, lifeline],
    // execve(2) gives root's rights only to whom the user namespace has a root for by then.
    [functions.read, heard, byte.pointer, 1],
    [functions.execve, path, list.pointer, pointersTo(environment, environmentRoom).pointer],
    [functions._exit, 127],
  ];
  for (const [index, [address, a = 0, b = 0, c3 = 0]] of steps.entries()) {
    const { context, stack } = contexts[index] as (typeof contexts)[number];
    c.getcontext(context.pointer as never);
    context.view.setBigUint64(linkOffset, BigInt(contexts[index + 1]?.context.pointer ?? 0), true);
    context.view.setBigUint64(stackOffset, BigInt(stack.pointer), true);
    context.view.setBigUint64(stackSizeOffset, BigInt(stackSize), true);
    c.makecontext(context.pointer as never, address as never, 3, a, b, c3);
  }
  const top = firstStack.pointer + stackSize;
  const pid = c.clone(functions.setcontext as never, (top - (top % 16)) as never, flags, first.pointer as never);
  return pid < 0 ? { errno: lastErrno() } : { pid };
}

/** Maps this user to root in the child's user namespace (user_namespaces(7)). 0, or EPERM. */
function becomeRoot(pid: number): number {
  try {
    writeFileSync(`/proc/${pid}/setgroups`, "deny");
    writeFileSync(`/proc/${pid}/uid_map`, `0 ${process.geteuid?.()} 1`);
    writeFileSync(`/proc/${pid}/gid_map`, `0 ${process.getegid?.()} 1`);
    return 0;
  } catch {
    return errno.EPERM;
  }
}
