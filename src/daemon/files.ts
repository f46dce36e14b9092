import type { Clock } from "#base/clock.ts";
import { isProblem, type Problem, problem } from "#base/errors.ts";
import { credentialsOf } from "#daemon/perform.ts";
import { unreadProblem } from "#daemon/unread.ts";
import { denied, gone, isUnread, unavailable } from "#kernel/procfs/read.ts";
import type { ProcRoot, Slices } from "#kernel/procfs/root.ts";
import { isKernelThread, readStat } from "#kernel/procfs/stat.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import { fixForReading } from "#policy/permission.ts";
import type { ProcessFile } from "#process/file.ts";
import { formatId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import { stateOf } from "#process/state.ts";

/** A JVM's maps are a few MiB. */
const limit = 8 * 1024 * 1024;

/** To read it is to walk the page tables of the whole process, and nothing else is done here meanwhile. */
const slow: ProcessFile = "smaps_rollup";
const keptMs = 1_000;

/** What a file holds, from now on until it is closed: read to its end, or returned. */
export type FileContent = Slices;

/** Opens files of processes; one that is slow is read once for all who ask within a second. */
export function createFileReader(root: ProcRoot, selfPid: number, monotonic: Clock = () => performance.now()) {
  const kept = new Map<string, { readonly slices: readonly Uint8Array<ArrayBuffer>[]; readonly at: number }>();
  return function readFile(process: Process, file: ProcessFile): FileContent | Problem {
    if (file !== slow) return openProcessFile(root, process, file, selfPid);
    for (const [old, { at }] of kept) if (monotonic() - at >= keptMs) kept.delete(old);
    const id = formatId(process);
    const known = kept.get(id);
    if (known) return known.slices.values();
    const opened = openProcessFile(root, process, file, selfPid);
    if (isProblem(opened)) return opened;
    const slices = [...{ [Symbol.iterator]: () => opened }];
    // A second from its end: a walk may take longer than that.
    kept.set(id, { slices, at: monotonic() });
    return slices.values();
  };
}

function openProcessFile(root: ProcRoot, process: Process, file: ProcessFile, selfPid: number): FileContent | Problem {
  const slices = root.slices(process.pid, file, limit);
  switch (slices) {
    case gone:
    case unavailable: {
      // The kernel says "no such process" too of one that has no memory: a zombie, a thread of its own.
      const stat = readStat(root, process.pid);
      if (stat === null || isUnread(stat)) return unreadProblem(process, stat);
      return problem(
        "unavailable",
        `Cannot read ${file} of process ${process.pid} (${process.name}): the kernel has none for ${isKernelThread(stat) ? "a thread of its own" : `a process that is ${stateOf(stat.state)}`}.`,
      );
    }
    case denied: {
      const status = readStatus(root, process.pid);
      if (status === null || isUnread(status)) return unreadProblem(process, status);
      const own = readStatus(root, selfPid);
      const as = own === null || isUnread(own) ? "" : ` as UID ${own.uid.effective}, GID ${own.gid.effective}`;
      const detail = `Cannot read ${file} of process ${process.pid} (${process.name}), which runs as UID ${status.uid.real}, GID ${status.gid.real},${as}: the kernel asks for the same user and group, or for CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.`;
      const credentials = own === null || isUnread(own) ? null : credentialsOf(own);
      return problem("permission-denied", detail, { fix: fixForReading(credentials, credentialsOf(status)) });
    }
    default:
      return slices as Slices;
  }
}
