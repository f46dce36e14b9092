import { readForeignFile } from "#kernel/foreign-file.ts";
import { readListening } from "#kernel/procfs/net-tcp.ts";
import { denied, isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { Located, TargetRule } from "#policy/target-rule.ts";
import { parseProcessRef } from "#process/identity.ts";
import type { ProcessTable } from "#process/table.ts";

/** A pid file is written after its process has started; file times may lag the clock by a tick. */
const slackMs = 1_000;
const ownUid = process.geteuid?.() ?? null;

/** Finds the processes that rules name by a pid file or a port: what must be looked up outside of the table. */
export function locateTargets(
  root: ProcRoot,
  targets: Readonly<Record<string, TargetRule>>,
  table: ProcessTable,
): Map<string, Located> {
  const located = Object.entries(targets).map(([name, rule]) => [name, locate(root, rule, table)] as const);
  return new Map(located.filter((entry): entry is [string, Located] => entry[1] !== null));
}

function locate(root: ProcRoot, rule: TargetRule, table: ProcessTable): Located | null {
  if (rule.pidFile !== undefined) return byPidFile(rule.pidFile, table);
  return rule.port === undefined ? null : byPort(root, rule.port, table);
}

function byPidFile(path: string, table: ProcessTable): Located {
  try {
    const { text, modifiedAt, uid } = readForeignFile(path, 64);
    const ref = parseProcessRef(text.trim().split(/\s/)[0] ?? "");
    const process = ref && table.byPid.get(ref.pid);
    if (!process) return { pids: [], problem: `pid file ${path} names no process that is there` };
    // The usual accident with pid files: the app is gone, the file stays, and somebody else has the pid now.
    if (process.startedAt > modifiedAt + slackMs) {
      return {
        pids: [],
        problem: `pid file ${path} is stale: process ${process.pid} (${process.name}) started after it was written`,
      };
    }
    // As for PIDFile= of systemd.service(5): who may write to the volume could have another app signalled.
    if (uid !== 0 && uid !== ownUid && uid !== process.facts.uid) {
      return {
        pids: [],
        problem: `pid file ${path} belongs to user ${uid}, and process ${process.pid} (${process.name}) to user ${process.facts.uid ?? "unknown"}: only its own user, root and sexton's may say who it is`,
      };
    }
    return { pids: [process.pid], problem: null };
  } catch (cause) {
    return { pids: [], problem: `pid file ${path} cannot be read (${(cause as { code?: string }).code ?? cause})` };
  }
}

/** All containers of a pod share one network namespace, so sexton's own table of sockets has the app's. */
function byPort(root: ProcRoot, port: number, table: ProcessTable): Located {
  const sockets = readListening(root, "self");
  const inodes = isUnread(sockets) ? [] : sockets.filter((socket) => socket.port === port).map(({ inode }) => inode);
  if (inodes.length === 0) return { pids: [], problem: `nobody listens on port ${port}` };
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`));
  let hidden = 0;
  const pids = table.processes.flatMap(({ pid, role, kernelThread }) => {
    if (role === "self" || role === "init" || role === "pause" || kernelThread) return [];
    const fds = root.names(pid, "fd");
    if (fds === denied) hidden++;
    const holds = !isUnread(fds) && fds.some((fd) => isOneOf(links, root.readLink(pid, `fd/${fd}`)));
    return holds ? [pid] : [];
  });
  if (pids.length > 0) return { pids, problem: null };
  return {
    pids,
    problem: `who listens on port ${port} cannot be seen: the files of ${hidden} processes are hidden, which takes the same user or CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH`,
  };
}

function isOneOf(links: ReadonlySet<string>, link: ReturnType<ProcRoot["readLink"]>): boolean {
  return !isUnread(link) && links.has(link);
}
