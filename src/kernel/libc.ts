import { dlopen, type Pointer, read } from "bun:ffi";

/**
 * The one table of C functions. Where bun:ffi cannot work (no JIT: BUN_JSC_useJIT=0, or a policy that forbids
 * memory that is both writable and executable), `libc` is null, `libcProblem` says why, and callers fall back
 * to node:fs and process.kill.
 */
const symbols = {
  open: { args: ["ptr", "i32"], returns: "i32" },
  openat: { args: ["i32", "ptr", "i32"], returns: "i32" },
  read: { args: ["i32", "ptr", "u64"], returns: "i32" },
  pread: { args: ["i32", "ptr", "u64", "i64"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  getdents64: { args: ["i32", "ptr", "u64"], returns: "i32" },
  lseek: { args: ["i32", "i32", "i32"], returns: "i32" },
  ioctl: { args: ["i32", "u64", "ptr"], returns: "i32" },
  readlinkat: { args: ["i32", "ptr", "ptr", "u64"], returns: "i32" },
  getpagesize: { args: [], returns: "i32" },
  clock_gettime: { args: ["i32", "ptr"], returns: "i32" },
  epoll_create1: { args: ["i32"], returns: "i32" },
  epoll_ctl: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
  epoll_wait: { args: ["i32", "ptr", "i32", "i32"], returns: "i32" },
  eventfd: { args: ["u32", "i32"], returns: "i32" },
  // syscall(2) for what glibc does not wrap (io_submit), or only since 2.36 (pidfd_open, pidfd_send_signal).
  syscall: { args: ["i64", "i64", "i64", "i64", "i64", "i64"], returns: "i32" },
  __errno_location: { args: [], returns: "ptr" },
} as const;

type Libc = ReturnType<typeof dlopen<typeof symbols>>["symbols"];

function load(): { libc: Libc; problem: null } | { libc: null; problem: string } {
  try {
    // musl answers to this name too: its loader aliases "libc." to itself.
    return { libc: dlopen("libc.so.6", symbols).symbols, problem: null };
  } catch (cause) {
    return { libc: null, problem: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** What `sexton init` alone needs, so a table of its own: nobody else waits until it is bound. */
const initSymbols = {
  posix_spawnp: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
  posix_spawn_file_actions_init: { args: ["ptr"], returns: "i32" },
  posix_spawn_file_actions_addopen: { args: ["ptr", "i32", "ptr", "i32", "u32"], returns: "i32" },
  posix_spawn_file_actions_addclose: { args: ["ptr", "i32"], returns: "i32" },
  posix_spawnattr_init: { args: ["ptr"], returns: "i32" },
  posix_spawnattr_setflags: { args: ["ptr", "i16"], returns: "i32" },
  posix_spawnattr_setsigdefault: { args: ["ptr", "ptr"], returns: "i32" },
  posix_spawnattr_setsigmask: { args: ["ptr", "ptr"], returns: "i32" },
  sigaction: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  eventfd_write: { args: ["i32", "u64"], returns: "i32" },
} as const;

type InitLibc = ReturnType<typeof dlopen<typeof initSymbols>>["symbols"];
let initLibc: InitLibc | null = null;

/** Throws what dlopen throws; not where `libc` is there. */
export function openInitLibc(): InitLibc {
  initLibc ??= dlopen("libc.so.6", initSymbols).symbols;
  return initLibc;
}

/** The address of eventfd_write(3), for C to call. */
export function eventfdWriteAddress(): number {
  return (openInitLibc().eventfd_write as unknown as { ptr: number }).ptr;
}

/** What makes a child that goes from one function of C's to the next; of glibc alone. */
const contextSymbols = {
  clone: { args: ["ptr", "ptr", "i32", "ptr"], returns: "i32" },
  getcontext: { args: ["ptr"], returns: "i32" },
  makecontext: { args: ["ptr", "ptr", "i32", "u64", "u64", "u64"], returns: "void" },
  setcontext: { args: ["ptr"], returns: "i32" },
  setsid: { args: [], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  read: { args: ["i32", "ptr", "u64"], returns: "i64" },
  execve: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
  _exit: { args: ["i32"], returns: "void" },
} as const;

type ContextLibc = ReturnType<typeof dlopen<typeof contextSymbols>>["symbols"];

export function openContextLibc(): ContextLibc | null {
  try {
    return dlopen("libc.so.6", contextSymbols).symbols;
  } catch {
    return null;
  }
}

/** The addresses of these functions, for C to call. */
export function contextAddresses(c: ContextLibc): Readonly<Record<keyof ContextLibc, number>> {
  const addresses = Object.entries(c).map(([name, bound]) => [name, (bound as unknown as { ptr: number }).ptr]);
  return Object.fromEntries(addresses) as Record<keyof ContextLibc, number>;
}

/** posix_spawn_file_actions_addtcsetpgrp_np(3), glibc 2.35; null elsewhere. */
export function openTcsetpgrpAction(): ((actions: Pointer, fd: number) => number) | null {
  const name = "posix_spawn_file_actions_addtcsetpgrp_np";
  try {
    return dlopen("libc.so.6", { [name]: { args: ["ptr", "i32"], returns: "i32" } }).symbols[name] as never;
  } catch {
    return null;
  }
}

type ProcessVmReadv = (pid: number, local: number, count: number, remote: number, of: number, flags: number) => number;

/** process_vm_readv(2), whose sixth argument `syscall` above has no place for; null where there is no FFI. */
export function openProcessVmReadv(): ProcessVmReadv | null {
  const args = ["i32", "ptr", "u64", "ptr", "u64", "u64"] as const;
  try {
    return dlopen("libc.so.6", { process_vm_readv: { args, returns: "i32" } }).symbols["process_vm_readv"] as never;
  } catch {
    return null;
  }
}

/** strerror(3) and strsignal(3), which are asked for rarely: each call binds them anew. */
export function describe(what: "strerror" | "strsignal", number: number): string {
  try {
    const { symbols } = dlopen("libc.so.6", { [what]: { args: ["i32"], returns: "cstring" } });
    return String(symbols[what]?.(number));
  } catch {
    return `${what === "strerror" ? "errno" : "signal"} ${number}`;
  }
}

const loaded = load();

export const libc: Libc | null = loaded.libc;
export const libcProblem: string | null = loaded.problem;

// errno is thread-local, and JavaScript always runs on the thread that loads this.
const errnoAddress = libc ? (libc.__errno_location() as Pointer) : null;

/**
 * errno(3) of the call that has just answered -1. Reading it is a plain memory load, with no call in between in
 * which the runtime could overwrite it.
 */
export function lastErrno(): number {
  return errnoAddress === null ? 0 : read.i32(errnoAddress, 0);
}
