import type { Container } from "#process/container.ts";
import type { Process, ProcessRole, Sighting } from "#process/process.ts";

/** Everything that one scan saw, with each process's place in the pod. The only state that decisions are made from. */
export interface ProcessTable {
  /** Milliseconds since the epoch. */
  readonly observedAt: number;
  readonly processes: readonly Process[];
  readonly byPid: ReadonlyMap<number, Process>;
  /** By key. */
  readonly containers: ReadonlyMap<string, Container>;
  /** Processes that were listed but could not be read. Those that ended in between do not count. */
  readonly unreadable: number;
  readonly selfPid: number;
  /** The main process of the app that sexton is the init of; absent where it is none's. */
  readonly command?: number | null;
}

/** What sexton knows of its own place before it looks at others. */
export interface Surroundings {
  readonly selfPid: number;
  /** In the machine's first PID namespace pid 1 is the machine's init; elsewhere, unless it is sexton, it is the pause. */
  readonly initialNamespace: boolean;
  /** Where sexton is an init, the process that it has started: its container is the app's then. */
  readonly command?: number | null;
}

export interface Scan {
  readonly observedAt: number;
  readonly sightings: readonly Sighting[];
  readonly unreadable: number;
}

/** Places each sighting: container by cgroup, else by descent; role by container, else by descent. */
export function buildTable(
  scan: Scan,
  surroundings: Surroundings,
  containers: ReadonlyMap<string, Container>,
): ProcessTable {
  // One map and one pass of copies for thousands of processes: ancestors are looked up among processes without a place.
  const byPid = new Map<number, Unplaced>();
  const processes = scan.sightings.map((sighting) => {
    const process: Unplaced = { ...sighting, container: null, role: "other" };
    byPid.set(process.pid, process);
    return process;
  });
  const roleOf = roles(byPid, surroundings, containers);
  for (const process of processes) {
    process.container = containerOf(process, byPid, containers);
    process.role = roleOf(process, process.container);
  }
  return {
    observedAt: scan.observedAt,
    processes,
    byPid,
    containers,
    unreadable: scan.unreadable,
    selfPid: surroundings.selfPid,
    command: surroundings.command ?? null,
  };
}

/** The place of one process that is looked at between two scans. `seen` are the others, as far as they are needed. */
export function placeOne(
  sighting: Sighting,
  surroundings: Surroundings,
  seen: Lookup<number, Sighting>,
  containers: Lookup<string, Container>,
): Process {
  const container = containerOf(sighting, seen, containers);
  return { ...sighting, container, role: roles(seen, surroundings, containers)(sighting, container) };
}

interface Lookup<Key, Value> {
  get(key: Key): Value | undefined;
}

type Unplaced = Sighting & { container: Container | null; role: ProcessRole };

function roles(
  seen: Lookup<number, Sighting>,
  { selfPid, initialNamespace, command = null }: Surroundings,
  containers: Lookup<string, Container>,
): (sighting: Sighting, container: Container | null) => ProcessRole {
  const self = seen.get(selfPid);
  const ownContainer = self ? containerOf(self, seen, containers) : null;
  const ownRoot = self ? rootOf(self, seen) : null;

  const isHere = (sighting: Sighting, container: Container | null) =>
    container ? container.key === ownContainer?.key : descendsFrom(sighting, selfPid, seen);

  return (sighting, container) => {
    if (sighting.pid === selfPid) return selfPid === 1 && command !== null ? "init" : "self";
    if (sighting.pid === 1 && !initialNamespace) return "pause";
    // In front of an app: whoever lives in sexton's container, or descends from it, is of the app, but for its own commands.
    if (command !== null && isHere(sighting, container)) return isProgramOf(sighting, self) ? "self" : "app";
    if (container && container.key === ownContainer?.key) return "self";
    if (container) return initialNamespace && isSandbox(sighting, container) ? "pause" : "app";
    if (initialNamespace) return "other";
    // No cgroup tells containers apart here. A process whose parent is outside the namespace started a container.
    const root = rootOf(sighting, seen);
    if (root.pid === 1 || root.ppid !== 0) return "other";
    // The same program started beside it is its own command line at work, not an app.
    return root.pid === ownRoot?.pid || isProgramOf(root, self) ? "self" : "app";
  };
}

/**
 * What holds a pod together, among others of its kind on a node: Kubernetes' pause, OpenShift's pod, CRI-O's and podman's
 * catatonit. The kubelet mounts nothing into its container, so that it has no name, as an app called pause has.
 */
const sandboxes = /^(pause|pod|catatonit)$/;

function isSandbox({ name }: Sighting, container: Container): boolean {
  return container.pod !== null && container.name === null && sandboxes.test(name);
}

function isProgramOf({ facts }: Sighting, self: Sighting | undefined): boolean {
  return facts.exe !== null && facts.exe === self?.facts.exe;
}

/** Bounded, because a pid reused during the scan could close a circle. */
function descendsFrom(sighting: Sighting, ancestor: number, seen: Lookup<number, Sighting>): boolean {
  let at: Sighting | undefined = sighting;
  for (let depth = 0; at && depth < 10_000; depth++) {
    if (at.ppid === ancestor) return true;
    at = seen.get(at.ppid);
  }
  return false;
}

/** A process that ended may have lost its cgroup path (on cgroup v1 it reads `/`); its parent's container was its own. */
function containerOf(
  sighting: Sighting,
  seen: Lookup<number, Sighting>,
  containers: Lookup<string, Container>,
): Container | null {
  const { containerId, cgroup } = sighting.facts;
  const known =
    (containerId !== null && containers.get(containerId)) || (cgroup !== null && containers.get(cgroup)) || null;
  // Pid 1 has taken over orphans of every container.
  if (known || !mayHaveLost(sighting) || sighting.ppid === 1) return known;
  const parent = seen.get(sighting.ppid);
  return parent && !mayHaveLost(parent) ? containerOf(parent, seen, containers) : null;
}

/** It has ended, or was about to when it was read. */
function mayHaveLost({ state, facts }: Sighting): boolean {
  return state === "zombie" || facts.cgroup === null;
}

/** The topmost ancestor that can be seen. Bounded, because a pid reused during the scan could close a circle. */
function rootOf(sighting: Sighting, seen: Lookup<number, Sighting>): Sighting {
  let root = sighting;
  for (let depth = 0; depth < 10_000; depth++) {
    const parent = seen.get(root.ppid);
    if (!parent || parent.pid === root.pid) break;
    root = parent;
  }
  return root;
}
