import { type Problem, problem } from "#base/errors.ts";
import { credentialsOf } from "#daemon/perform.ts";
import { unreadProblem } from "#daemon/unread.ts";
import { denied, gone, isUnread, unavailable } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { isKernelThread, readStat } from "#kernel/procfs/stat.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import { fixForReading } from "#policy/permission.ts";
import type { ProcessFile } from "#process/file.ts";
import type { Process } from "#process/process.ts";
import { stateOf } from "#process/state.ts";

/** A JVM's maps are a few MiB; more than this is not worth an answer's memory. */
const limit = 8 * 1024 * 1024;

export function readProcessFile(
  root: ProcRoot,
  process: Process,
  file: ProcessFile,
  selfPid: number,
): string | Problem {
  const text = root.readText(process.pid, file, limit);
  switch (text) {
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
      return text as string;
  }
}
