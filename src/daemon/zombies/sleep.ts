import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { sleepingCall } from "#kernel/sleeping-calls.ts";
import type { Thread } from "#kernel/tracee.ts";
import type { Sleep } from "#policy/remedy.ts";

/** What a thread sleeps in, as far as sexton may know. */
export function readSleep(root: ProcRoot, { pid, tid }: Thread): Sleep {
  const call = root.read(pid, `task/${tid}/syscall`);
  if (!isUnread(call)) return sleepOfCall(textOf(call));
  // CAP_SYS_PTRACE opens the former to the owner alone, and this one to all.
  const channel = root.read(pid, `task/${tid}/wchan`);
  return isUnread(channel) ? "unknown" : sleepOfChannel(textOf(channel));
}

/**
 * proc_pid_syscall(5): the call's number, its arguments, the stack pointer and the program counter; `running`; or -1 out of
 * any call. The kernel's own threads in a process, io_uring's workers, have the call that made them, and a counter of 0.
 */
export function sleepOfCall(text: string): Sleep {
  const [, number, rest] = /^(\d+) ((?:0x[0-9a-f]+ ){6})0x[0-9a-f]+ 0x(?!0\b)/.exec(text) ?? [];
  const call = number === undefined ? null : sleepingCall(Number(number));
  const args = (rest ?? "").trim().split(" ").map(BigInt);
  if (!call || call.isDelicate(args)) return "elsewhere";
  if (!call.zeroIsHarmless(args)) return "believes";
  return call.givesUp && call.startsAnew(args) ? "restarts" : "resumes";
}

/** Functions of the kernel, whose names change with its versions and compilers (`.isra.0`): from Linux 5.10 to 6.18. */
const channels: readonly (readonly [RegExp, Sleep])[] = [
  [/^(hrtimer_nanosleep|do_nanosleep|common_nsleep|do_sys_poll|do_poll|do_select|poll_schedule_timeout)\b/, "resumes"],
  [/^(__do_sys_pause|__x64_sys_pause|sigsuspend)\b/, "resumes"],
  [/^(do_epoll_wait|ep_poll)\b/, "restarts"],
  // A lock or a condition variable.
  [/^(futex_do_wait|futex_wait_queue|futex_wait_queue_me)\b/, "unknown"],
  [/^(do_wait|do_sigtimedwait|pipe_read|anon_pipe_read|unix_stream_read_generic|inet_csk_accept)\b/, "believes"],
];

/** proc_pid_wchan(5): the function that it sleeps in; 0 where the kernel does not tell. */
export function sleepOfChannel(name: string): Sleep {
  if (name === "0" || name === "") return "unknown";
  return channels.find(([pattern]) => pattern.test(name))?.[1] ?? "elsewhere";
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
