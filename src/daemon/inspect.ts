import type { Problem } from "#base/errors.ts";
import { readFacts } from "#daemon/facts.ts";
import { credentialsOf } from "#daemon/perform.ts";
import { receiverOf } from "#daemon/receiver.ts";
import { unreadProblem } from "#daemon/unread.ts";
import { type CgroupLine, readCgroup } from "#kernel/procfs/cgroup.ts";
import { readFdCount } from "#kernel/procfs/fd-count.ts";
import { type ProcIo, readIo } from "#kernel/procfs/io.ts";
import { type Limit, readLimits } from "#kernel/procfs/limits.ts";
import { denied, isUnread, orNull } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";
import { type ProcStatus, readStatus } from "#kernel/procfs/status.ts";
import type { Credentials } from "#policy/permission.ts";
import { type SignalReceiver, terminates } from "#process/disposition.ts";
import type { Process } from "#process/process.ts";
import { type SignalName, signalsOfMask } from "#process/signal.ts";
import { stateOf } from "#process/state.ts";

/** Everything of one process, read now. What permission hides is null and named in `facts.denied`. */
export interface ProcessDetail {
  readonly process: Process;
  readonly credentials: Credentials;
  readonly signals: Readonly<Record<"caught" | "ignored" | "blocked" | "pending", SignalName[]>>;
  readonly terminates: ReturnType<typeof terminates>;
  readonly fds: { readonly open: number | null; readonly softLimit: number | null; readonly hardLimit: number | null };
  readonly limits: ReadonlyMap<string, Limit> | null;
  readonly io: ProcIo | null;
  readonly cgroups: readonly CgroupLine[] | null;
  readonly namespaces: Readonly<Record<string, string>> | null;
  readonly nsPids: readonly number[];
  readonly oomScore: number | null;
  readonly contextSwitches: { readonly voluntary: number | null; readonly involuntary: number | null };
  readonly pageFaults: { readonly minor: number; readonly major: number };
  readonly cwd: string | null;
  readonly root: string | null;
  readonly noNewPrivileges: boolean | null;
  readonly seccomp: number | null;
}

const namespaceNames = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

export function inspect(root: ProcRoot, process: Process): ProcessDetail | Problem {
  const { pid } = process;
  const status = readStatus(root, pid);
  const stat = readStat(root, pid);
  if (stat === null || isUnread(stat)) return unreadProblem(process, stat);
  if (status === null || isUnread(status)) return unreadProblem(process, status);
  const facts = readFacts(root, stat, process.facts);
  const limits = readLimits(root, pid);
  const open = readFdCount(root, pid);
  const io = readIo(root, pid);
  const cgroups = readCgroup(root, pid);
  const cwd = root.readLink(pid, "cwd");
  const rootLink = root.readLink(pid, "root");
  const namespaces = readNamespaces(root, pid);
  const reads = { io, limits, fds: open, cgroups, cwd, root: rootLink, namespaces };
  const hidden = Object.entries(reads).flatMap(([field, read]) => (read === denied ? [field] : []));
  const files = orNull(limits)?.get("Max open files");
  return {
    process: {
      ...process,
      name: stat.comm,
      state: stateOf(stat.state),
      threads: stat.threads,
      facts: { ...facts, denied: [...facts.denied, ...hidden] },
    },
    credentials: credentialsOf(status),
    ...describeSignals(status, receiverOf(root, process, status)),
    fds: { open: orNull(open), softLimit: files?.soft ?? null, hardLimit: files?.hard ?? null },
    limits: orNull(limits),
    io: orNull(io),
    cgroups: orNull(cgroups),
    namespaces: orNull(namespaces),
    nsPids: status.nsPids,
    oomScore: readOomScore(root, pid),
    contextSwitches: { voluntary: status.voluntarySwitches, involuntary: status.involuntarySwitches },
    pageFaults: { minor: stat.minorFaults, major: stat.majorFaults },
    cwd: orNull(cwd),
    root: orNull(rootLink),
    noNewPrivileges: status.noNewPrivileges,
    seccomp: status.seccomp,
  };
}

function describeSignals(status: ProcStatus, receiver: SignalReceiver) {
  const { caught, ignored, blocked, pending, sharedPending } = status.signals;
  return {
    signals: {
      caught: signalsOfMask(caught),
      ignored: signalsOfMask(ignored),
      blocked: signalsOfMask(blocked),
      pending: signalsOfMask(pending | sharedPending),
    },
    terminates: terminates(receiver),
  };
}

/** namespaces(7): the links of /proc/PID/ns, `pid:[4026531836]`. They need ptrace access. */
function readNamespaces(root: ProcRoot, pid: number) {
  const links: Record<string, string> = {};
  for (const name of namespaceNames) {
    const link = root.readLink(pid, `ns/${name}`);
    if (link === denied) return denied;
    if (!isUnread(link)) links[name] = link;
  }
  return Object.keys(links).length === 0 ? null : links;
}

function readOomScore(root: ProcRoot, pid: number): number | null {
  const text = root.readText(pid, "oom_score", 32);
  return isUnread(text) || !/^\d+\s*$/.test(text) ? null : Number(text);
}
