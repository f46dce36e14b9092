import { libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";
import { signalGroup } from "#kernel/signal-child.ts";
import { atDefault } from "#kernel/signal-handler.ts";
import { maskSignals, signalSet } from "#kernel/signal-set.ts";
import { foregroundGroup, setForeground } from "#kernel/terminal.ts";

const arm = process.arch === "arm64";
const SYS_waitid = arm ? 95 : 247;
const SYS_getpgid = arm ? 155 : 121;
const SYS_kill = arm ? 129 : 62;
const P_PID = 1;
const WNOHANG = 1;
const WSTOPPED = 2;
const SIGCONT = 18;
const SIGTSTP = 20;
const terminalSignals: readonly number[] = [SIGTSTP, 21, 22];
const ttou = signalSet([22]);
/** siginfo_t: si_pid at 16, si_status at 24. */
const info = memory(128);

/** What a shell does for its jobs, for the one child that has our terminal. */
export interface JobControl {
  /** The child may have been stopped: if the terminal did it, we stop with it, so that who started us hears of it. */
  look(): void;
  /** We go on: the terminal goes to the child again, if it is ours. True: its whole group, which was stopped, goes on, too. */
  resume(): boolean;
}

/** For a child that leads a group of its own and has the terminal at descriptor 0 as its controlling one. */
export function createJobControl(child: number): JobControl {
  const own = libc?.syscall(SYS_getpgid, 0, 0, 0, 0, 0) ?? 0;
  let isStopped = false;
  const giveOn = () => {
    if (foregroundGroup() === own) give(child);
  };
  return {
    resume() {
      giveOn();
      if (!isStopped) return false;
      isStopped = false;
      return signalGroup(child, SIGCONT) === 0;
    },
    look() {
      if (!terminalSignals.includes(stoppedBy(child))) return;
      isStopped = true;
      if (foregroundGroup() === child) give(own);
      // Our whole group, as the key would have: the rest of a pipeline, a script that has started us. Where nobody could
      // continue it (setpgid(2), orphaned process groups) the kernel does not stop it.
      atDefault(SIGTSTP, () => libc?.syscall(SYS_kill, 0, SIGTSTP, 0, 0, 0));
      giveOn();
    },
  };
}

/** Who is in the background is stopped by this, unless SIGTTOU is blocked (tcsetpgrp(3)). */
function give(group: number): void {
  const before = maskSignals("block", ttou);
  setForeground(group);
  maskSignals("set", before);
}

/** waitid(2): the signal that has stopped a child since this was asked; 0 for none. */
function stoppedBy(pid: number): number {
  info.bytes.fill(0);
  if (libc?.syscall(SYS_waitid, P_PID, pid, info.pointer, WSTOPPED | WNOHANG, 0) !== 0) return 0;
  return info.view.getInt32(16, true) === pid ? info.view.getInt32(24, true) : 0;
}
