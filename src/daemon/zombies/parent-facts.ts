import { credentialsOf } from "#daemon/perform.ts";
import { receiverOf } from "#daemon/receiver.ts";
import { readSleep } from "#daemon/zombies/sleep.ts";
import { isX8664Program } from "#kernel/elf.ts";
import { libc } from "#kernel/libc.ts";
import { killProcess } from "#kernel/pidfd.ts";
import { isUnread, orNull } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { type ProcStat, parseStat } from "#kernel/procfs/stat.ts";
import { type ProcStatus, parseStatus, readStatus } from "#kernel/procfs/status.ts";
import { readSysctlNumber } from "#kernel/procfs/sysctl.ts";
import { explainKillDenied, fixForReading } from "#policy/permission.ts";
import type { AdoptionFacts, ParentFacts, Refusal, Seccomp, ThreadFacts } from "#policy/remedy.ts";
import type { SignalSettings } from "#policy/signal.ts";
import { dispositionOf } from "#process/disposition.ts";
import type { Process } from "#process/process.ts";
import { signalNumber } from "#process/signal.ts";
import { stateOf } from "#process/state.ts";

const CAP_SYS_PTRACE = 19n; // include/uapi/linux/capability.h
/** A JVM has some hundreds; the first ones do. */
const mostThreads = 256;

/** Looks at a parent as it is now; null when it is gone. Sends nothing and attaches to nothing. */
export function readParentFacts(
  root: ProcRoot,
  process: Process,
  selfPid: number,
  { allow, isNodeDefault = false }: SignalSettings = { allow: null },
): ParentFacts | null {
  const status = orNull(readStatus(root, process.pid));
  if (!status) return null;
  const own = orNull(readStatus(root, selfPid));
  const disposition = dispositionOf({ number: signalNumber("SIGCHLD") }, receiverOf(root, process, status));
  return {
    process,
    isSelf: process.pid === selfPid,
    takesChildSignal: disposition === "caught" || disposition === "blocked",
    // Nobody asks whether pid 1 could be signalled: no remedy does it.
    signalRefusal: process.pid <= 1 ? null : refuseSignal(process, status, own),
    allow,
    onlyLooks: isNodeDefault,
    adoption: readAdoption(root, process, status, own, selfPid),
  };
}

function refuseSignal(process: Process, status: ProcStatus, own: ProcStatus | null): Refusal | null {
  if (killProcess(process.pid, 0) !== "denied") return null;
  const { reason, fix } = explainKillDenied(credentialsOf(own ?? status), credentialsOf(status));
  return { detail: `Cannot signal ${process.name} (pid ${process.pid}): ${reason}.`, fix };
}

function readAdoption(
  root: ProcRoot,
  process: Process,
  status: ProcStatus,
  own: ProcStatus | null,
  selfPid: number,
): AdoptionFacts {
  const exe = root.readLink(process.pid, "exe");
  const threads = readThreads(root, process, selfPid);
  const capabilities = own?.capabilities.effective ?? 0n;
  return {
    architecture: globalThis.process.arch,
    callable: libc !== null,
    // A thread that sexton itself has not been able to let go yet is late, not taken.
    tracerPid: [status, ...threads].find(({ tracerPid }) => tracerPid && tracerPid !== selfPid)?.tracerPid ?? 0,
    isNativeProgram: isUnread(exe) ? null : isX8664Program(`${root.path}/${process.pid}/exe`),
    mayLook: !isUnread(exe),
    yamaScope: readSysctlNumber(root, "kernel/yama/ptrace_scope"),
    hasPtraceCapability: ((capabilities >> CAP_SYS_PTRACE) & 1n) === 1n,
    fix: fixForReading(own && credentialsOf(own), credentialsOf(status)),
    threads,
    ownSeccomp: own ? seccompOf(own) : { mode: null, filters: null },
  };
}

interface TracedThread extends ThreadFacts {
  readonly tracerPid: number | null;
}

function readThreads(root: ProcRoot, { pid }: Process, selfPid: number): TracedThread[] {
  const names = root.names(pid, "task");
  if (isUnread(names)) return [];
  return names.slice(0, mostThreads).flatMap((name): TracedThread[] => {
    const tid = Number(name);
    const stat = readThreadStat(root, pid, tid);
    const status = readThreadStatus(root, pid, tid);
    if (!stat || !status) return [];
    const { tracerPid } = status;
    // One that sexton itself has not let go yet is neither stopped by anybody nor to be had.
    const isOwn = tracerPid === selfPid;
    const state = isOwn ? "sleeping" : stateOf(stat.state);
    const sleep = isOwn ? "elsewhere" : readSleep(root, { pid, tid });
    return [{ tid, state, seccomp: seccompOf(status), sleep, tracerPid }];
  });
}

export function readThreadStat(root: ProcRoot, pid: number, tid: number): ProcStat | null {
  const bytes = root.read(pid, `task/${tid}/stat`);
  return isUnread(bytes) ? null : parseStat(bytes);
}

/** Null too where it is no thread of that process. */
export function readThreadStatus(root: ProcRoot, pid: number, tid: number): ProcStatus | null {
  const bytes = root.read(pid, `task/${tid}/status`);
  return isUnread(bytes) ? null : parseStatus(bytes);
}

export function seccompOf({ seccomp, seccompFilters }: ProcStatus): Seccomp {
  return { mode: seccomp, filters: seccompFilters };
}
