import { lastErrno, libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";

const arm = process.arch === "arm64";
const SYS_prctl = arm ? 167 : 157;
const SYS_prlimit64 = arm ? 261 : 302;
const SYS_exit_group = arm ? 94 : 231;
const PR_SET_PDEATHSIG = 1;
const PR_SET_CHILD_SUBREAPER = 36;
const PR_GET_CHILD_SUBREAPER = 37;
const RLIMIT_NOFILE = 7;
const limit = memory(16);
const answer = memory(8);

/** prctl(2): the orphans among the descendants become children of this process. 0, or errno. */
export function becomeSubreaper(): number {
  return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/** A subreaper stays one over execve(2). */
export function isSubreaper(): boolean {
  return prctl(PR_GET_CHILD_SUBREAPER, answer.pointer) === 0 && answer.view.getInt32(0, true) === 1;
}

/** prctl(2): the signal that this process gets when its parent ends. 0, or errno. */
export function setParentDeathSignal(number: number): number {
  return prctl(PR_SET_PDEATHSIG, number);
}

function prctl(option: number, value: number): number {
  return libc?.syscall(SYS_prctl, option, value, 0, 0, 0) === 0 ? 0 : lastErrno();
}

/** The limit of open files (RLIMIT_NOFILE). */
export interface FileLimit {
  readonly soft: bigint;
  readonly hard: bigint;
}

export function fileLimit(): FileLimit | null {
  if (libc?.syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, limit.pointer, 0) !== 0) return null;
  return { soft: limit.view.getBigUint64(0, true), hard: limit.view.getBigUint64(8, true) };
}

/** 0, or errno. */
export function setFileLimit({ soft, hard }: FileLimit): number {
  limit.view.setBigUint64(0, soft, true);
  limit.view.setBigUint64(8, hard, true);
  return libc?.syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, limit.pointer, 0, 0) === 0 ? 0 : lastErrno();
}

/**
 * exit_group(2). Bun's own way out gives the terminal back the settings that it had at the start, which may not be those
 * that the app has chosen for it.
 */
export function exitGroup(code: number): void {
  libc?.syscall(SYS_exit_group, code, 0, 0, 0, 0);
}
