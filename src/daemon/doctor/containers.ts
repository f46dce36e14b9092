import { closeSync, openSync } from "node:fs";
import type { Pace } from "#daemon/doctor/pace.ts";
import { credentialsOf } from "#daemon/perform.ts";
import { attachAccess } from "#kernel/attach-access.ts";
import { closePidfd, killProcess, pidfdOpen, pidfdSendSignal } from "#kernel/pidfd.ts";
import { readMountinfo } from "#kernel/procfs/mountinfo.ts";
import { denied, isUnread, orNull, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { type ProcStatus, readStatus } from "#kernel/procfs/status.ts";
import { type MountLook, subPathMounts } from "#policy/findings/mounts.ts";
import type { ContainerLook, Readable, UserLook } from "#policy/findings/rights.ts";
import { explainKillDenied, fixForReading } from "#policy/permission.ts";
import { familyOf, findApps } from "#process/app.ts";
import type { Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";
import type { ProcessTable } from "#process/table.ts";

/** A container has one user or two. */
const mostUsers = 8;
export type LookedContainer = ContainerLook & MountLook;

/** Every container with who lives there, and what sexton may do to each of its users: all of it tried, on one of them. */
export async function lookAtContainers(
  root: ProcRoot,
  table: ProcessTable,
  targets: readonly Process[],
  pace: Pace,
): Promise<LookedContainer[]> {
  const own = orNull(readStatus(root, table.selfPid));
  const looks: LookedContainer[] = [];
  for (const group of groupsOf(table, targets)) {
    await pace.breathe();
    if (pace.isOver()) break;
    const [first] = group.members;
    const mounts = first === undefined || group.role !== "app" ? [] : readMountinfo(root, (group.main ?? first).pid);
    looks.push({
      container: group.container,
      role: group.role,
      main: group.main,
      processes: group.members.length,
      users: usersOf(group.members).map(([tried, processes]) => lookAtUser(root, tried, processes, own, table.selfPid)),
      subPaths: isUnread(mounts) ? [] : subPathMounts(mounts),
    });
  }
  return looks;
}

type Group = Pick<ContainerLook, "container" | "role" | "main"> & { readonly members: readonly Process[] };

/** By container; where no cgroup tells them apart, by app; and targets that are in neither. */
function groupsOf(table: ProcessTable, targets: readonly Process[]): Group[] {
  const mains = findApps(table).map(({ main }) => main);
  const byKey = Map.groupBy(
    table.processes.filter(({ container }) => container !== null),
    ({ container }) => container?.key,
  );
  const known = [...byKey.values()].map((members): Group => {
    const [first] = members as [Process, ...Process[]];
    const main = mains.find(({ container }) => container?.key === first.container?.key) ?? null;
    const role = members.find(({ role }) => role !== "app")?.role ?? first.role;
    return { container: first.container, role, main, members };
  });
  const others = [...mains, ...targets].filter(({ container }) => container === null);
  const apart = [...new Map(others.map((process) => [process.pid, process])).values()];
  return [
    ...known,
    ...apart.map((main): Group => ({ container: null, role: main.role, main, members: familyOf(main, table) })),
  ];
}

/** Of each user the oldest process that lives, which is the main one where it is among them. */
function usersOf(members: readonly Process[]): [tried: Process, processes: number][] {
  const living = members.filter((process) => !hasEnded(process) && !process.kernelThread);
  const byUser = Map.groupBy(living, ({ facts: { uid, gid } }) => `${uid}:${gid}`);
  return [...byUser.values()].slice(0, mostUsers).map((users) => {
    const oldest = users.reduce((best, next) => (next.startTicks < best.startTicks ? next : best));
    return [oldest, users.length];
  });
}

function lookAtUser(
  root: ProcRoot,
  tried: Process,
  processes: number,
  own: ProcStatus | null,
  selfPid: number,
): UserLook {
  const status = orNull(readStatus(root, tried.pid));
  const readable = lookInto(root, tried.pid);
  // Pid 1 of a pod is never signalled, and sexton signals itself by other means.
  const maySignal = tried.pid <= 1 || tried.pid === selfPid || root.path !== "/proc" ? null : trySignal(tried.pid);
  const isRefused = maySignal === false && own !== null && status !== null;
  const isHidden = status !== null && (readable.exe === false || readable.environ === false);
  return {
    uid: tried.facts.uid,
    gid: tried.facts.gid,
    processes,
    tried,
    readable,
    maySignal,
    signalRefusal: isRefused ? explainKillDenied(credentialsOf(own), credentialsOf(status)) : null,
    readingFix: isHidden ? fixForReading(own && credentialsOf(own), credentialsOf(status)) : null,
  };
}

function lookInto(root: ProcRoot, pid: number): Readable {
  const attach = root.path === "/proc" ? attachAccess(pid) : "unavailable";
  return {
    exe: mayRead(root.readLink(pid, "exe")),
    environ: mayOpen(`${root.path}/${pid}/environ`),
    // The name of a descriptor is looked up, there or not: that is what permission is needed for.
    fds: root.readLink(pid, "fd/0") !== denied,
    attach: attach === "may" ? true : attach === "denied" ? false : null,
  };
}

/** Nothing is read: the kernel looks at the permission when it is opened (environ_open() in fs/proc/base.c). */
function mayOpen(path: string): boolean | null {
  try {
    closeSync(openSync(path, "r"));
    return true;
  } catch (cause) {
    return ["EACCES", "EPERM"].includes((cause as { code?: string }).code ?? "") ? false : null;
  }
}

function mayRead(read: Read<unknown>): boolean | null {
  return read === denied ? false : isUnread(read) ? null : true;
}

/** Signal 0 reaches nobody; null: it has gone. */
function trySignal(pid: number): boolean | null {
  const pidfd = pidfdOpen(pid);
  if (typeof pidfd !== "number") return outcomeOf(pidfd === "unavailable" ? killProcess(pid, 0) : pidfd);
  try {
    return outcomeOf(pidfdSendSignal(pidfd, 0));
  } finally {
    closePidfd(pidfd);
  }
}

function outcomeOf(result: string): boolean | null {
  return result === "sent" ? true : result === "denied" ? false : null;
}
