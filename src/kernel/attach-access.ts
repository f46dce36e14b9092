import { errno } from "#kernel/errno.ts";
import { lastErrno, libc, openProcessVmReadv } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

const SYS_ptrace = process.arch === "arm64" ? 117 : 101;
const PTRACE_CONT = 7;

const EFAULT = 14;
let readv: ReturnType<typeof openProcessVmReadv> = null;

/** struct iovec twice, and the byte that nothing is ever read into. */
const local = memory(16);
const remote = memory(16);
const nothing = memory(1);
local.view.setBigUint64(0, BigInt(nothing.pointer), true);
local.view.setBigUint64(8, 1n, true);
remote.view.setBigUint64(8, 1n, true);

export type AttachAccess = "may" | "denied" | "gone" | "unavailable";

/**
 * Whether the kernel would let a debugger attach, without attaching: process_vm_readv(2) asks for the same (access mode
 * PTRACE_MODE_ATTACH_REALCREDS of ptrace(2), with Yama and its like), and then finds nothing at address 0.
 */
export function attachAccess(pid: number): AttachAccess {
  if (!libc) return "unavailable";
  readv ??= openProcessVmReadv();
  if (!readv) return "unavailable";
  if (readv(pid, local.pointer, 1, remote.pointer, 1, 0) >= 0) return "may";
  switch (lastErrno()) {
    case EFAULT:
      return "may";
    case errno.EPERM:
      return "denied";
    case errno.ESRCH:
      return "gone";
    default:
      return "unavailable";
  }
}
/** Whether ptrace(2) can be called at all: for a process that is not traced the answer is ESRCH, a seccomp filter's EPERM. */
export function mayCallPtrace(): boolean {
  return (
    libc !== null && libc.syscall(SYS_ptrace, PTRACE_CONT, process.pid, 0, 0, 0) !== 0 && lastErrno() === errno.ESRCH
  );
}
