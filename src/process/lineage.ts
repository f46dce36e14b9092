import type { ProcessId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";

/** Whom a process descends from: its container's main process, an exec into the container; or nobody saw. */
export type Origin = "main" | "exec" | "unknown";

/** The first of a family: the runtime put it into its container. */
export interface Ancestor extends ProcessId {
  /** As it was when it was last looked at. */
  readonly session: number;
}

export interface Descent {
  readonly origin: Origin;
  /** It is the first of its family itself. */
  readonly first: boolean;
  /** The main process of its container, which may have ended; null: none is known, or it is no app's. */
  readonly main: Ancestor | null;
  /** Who has it now: its parent, or who took it over. */
  readonly keeper: { readonly inSameContainer: boolean; readonly origin: Origin } | null;
}

/** Who descends from whom, by births, so that it is still known when those in between have ended. */
export interface Lineage {
  /** Born, or there already: then the oldest first. */
  add(process: Process): void;
  /** Looked at again: in its container by now, in a session of its own, taken over by another parent. */
  settle(process: Process): void;
  /** Its children are orphans now: who they are. */
  ended(process: ProcessId): readonly ProcessId[];
  /** Collected. What is known of its family stays with those of it that live. */
  remove(process: ProcessId): void;
  of(process: ProcessId): Descent;
}

interface Member {
  readonly pid: number;
  readonly startTicks: number;
  container: string | null;
  session: number;
  /** The first of its family; null: not seen. */
  first: Member | null;
  /** Its role is an app's. Asked of main processes only. */
  isApp: boolean;
  parent: Member | null;
  children: Set<Member> | null;
}

/**
 * Sessions whose leader has gone are remembered, up to this many: a child that an exec leaves behind is often seen only
 * when the exec has ended, and then its session alone tells where it comes from.
 */
const mostSessions = 1_000;

const nobody: Descent = { origin: "unknown", first: false, main: null, keeper: null };

/**
 * `lookAgain` at a parent that seems to be in another container than its child, though it is born where its parent is:
 * the runtime may have moved the parent since. The cgroup that it comes from may be a container's too, the node's own.
 */
export function createLineage(lookAgain: (pid: number) => Process | null = () => null): Lineage {
  const members = new Map<number, Member>();
  const containers = new Map<string, { main: Member | null; size: number }>();
  /** The first of the family of who led a session, or was in it. The kernel gives out no pid that is a session's id. */
  const sessions = new Map<number, Member>();

  const find = ({ pid, startTicks }: ProcessId) => {
    const member = members.get(pid);
    return member?.startTicks === startTicks ? member : null;
  };

  /** Where no cgroup tells containers apart, each first process is the main one of a container of its own. */
  function mainOf({ container, first }: Member): Member | null {
    const main = container === null ? first : containers.get(container)?.main;
    return main?.isApp ? main : null;
  }

  /** The runtime's: its parent is outside of the namespace, or as seen from the node outside of the container. */
  function isFirst(process: Process, container: string | null, parent: Member | null): boolean {
    if (process.ppid === 0 || process.pid === 1) return true;
    if (container === null || parent === null || parent.container === container || parent.pid === 1) return false;
    // As seen from the node, orphans of a pod are in the care of its pause, which is the first of its own container.
    return parent.container === null || parent.first !== parent;
  }

  /** A session is inherited or begun, never joined: whoever is in it descends from who leads it. */
  function familyOf(member: Member): Member | null {
    const { session, container, parent } = member;
    const leader = members.get(session);
    const bySession = leader && leader !== member ? leader.first : recall(session);
    if (bySession && bySession.container === container) return bySession;
    return parent?.container === container ? parent.first : null;
  }

  function recall(session: number): Member | null {
    const first = sessions.get(session);
    if (first) remember(session, first);
    return first ?? null;
  }

  function remember(session: number, first: Member): void {
    sessions.delete(session);
    sessions.set(session, first);
    if (sessions.size <= mostSessions) return;
    for (const oldest of sessions.keys()) return void sessions.delete(oldest);
  }

  function join(member: Member): void {
    const { container } = member;
    if (container === null) return;
    const joined = containers.get(container) ?? { main: null, size: 0 };
    joined.size++;
    if (member.first === member && (!joined.main || member.startTicks < joined.main.startTicks)) joined.main = member;
    containers.set(container, joined);
  }

  function leave({ container }: Member): void {
    const left = container === null ? undefined : containers.get(container);
    if (left && --left.size === 0) containers.delete(container as string);
  }

  function link(member: Member, ppid: number): void {
    if (member.parent?.pid === ppid) return;
    member.parent?.children?.delete(member);
    member.parent = members.get(ppid) ?? null;
    if (!member.parent) return;
    member.parent.children ??= new Set();
    member.parent.children.add(member);
  }

  /** In this container by now, or from birth. */
  function place(member: Member, process: Process, container: string | null): void {
    member.container = container;
    if (member.parent && member.parent.container !== container) {
      const parent = lookAgain(member.parent.pid);
      if (parent) settle(parent);
    }
    const before = member.first?.container === container && member.first !== member ? member.first : null;
    member.first = isFirst(process, container, member.parent) ? member : (familyOf(member) ?? before);
    join(member);
  }

  function remove(member: Member): void {
    members.delete(member.pid);
    leave(member);
    link(member, 0);
    for (const child of member.children ?? []) child.parent = null;
    member.children = null;
    if (!member.first) return;
    remember(member.pid, member.first);
    if (member.session !== 0 && !members.has(member.session)) remember(member.session, member.first);
  }

  function settle(process: Process): void {
    const member = find(process);
    if (!member) return;
    link(member, process.ppid);
    member.session = process.session;
    member.isApp = process.role === "app";
    const container = process.container?.key ?? null;
    if (container === member.container) return;
    leave(member);
    const left = member.container === null ? undefined : containers.get(member.container);
    if (left?.main === member) left.main = null;
    place(member, process, container);
  }

  return {
    add(process) {
      const before = members.get(process.pid);
      if (before?.startTicks === process.startTicks) return settle(process);
      if (before) remove(before);
      sessions.delete(process.pid);
      const { pid, startTicks, session, role } = process;
      const alone = { container: null, first: null, parent: null, children: null };
      const member: Member = { pid, startTicks, session, isApp: role === "app", ...alone };
      members.set(pid, member);
      link(member, process.ppid);
      place(member, process, process.container?.key ?? null);
    },
    settle,
    ended(process) {
      const member = find(process);
      const children = [...(member?.children ?? [])];
      for (const child of children) child.parent = null;
      if (member) member.children = null;
      return children;
    },
    remove(process) {
      const member = find(process);
      if (member) remove(member);
    },
    of(process) {
      const member = find(process);
      if (!member) return nobody;
      const { first, parent } = member;
      const main = mainOf(member);
      const keeper = parent && {
        inSameContainer: parent.container === member.container,
        origin: originOf(parent, mainOf(parent)),
      };
      return { origin: originOf(member, main), first: first === member, main, keeper };
    },
  };
}

function originOf({ first, session }: Member, main: Member | null): Origin {
  if (main && first === main) return "main";
  // The main process began a session inside, so what is in one that began outside was put there by an exec.
  if (main && session === 0 && main.session !== 0) return "exec";
  return main && first ? "exec" : "unknown";
}

/** What one table alone tells: parents and sessions of those who live. */
export function lineageOf(table: ProcessTable): Lineage {
  const lineage = createLineage();
  for (const process of oldestFirst(table.processes)) if (!process.kernelThread) lineage.add(process);
  return lineage;
}

export function oldestFirst(processes: Iterable<Process>): Process[] {
  return [...processes].sort((a, b) => a.startTicks - b.startTicks || a.pid - b.pid);
}
