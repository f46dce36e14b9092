import type { Container } from "#process/container.ts";
import type { ProcessFacts, Sighting } from "#process/process.ts";
import { buildTable, type ProcessTable, type Surroundings } from "#process/table.ts";

/** What a test has to say about a process; the rest is what most processes have. */
export interface Row extends Partial<Omit<Sighting, "facts">>, Partial<ProcessFacts> {
  readonly pid: number;
  /** The container's name; a leading `?` is a container whose name is unknown. Absent: no cgroup tells one. */
  readonly in?: string;
}

/** 64 hex digits, as container ids have, always the same for one word. */
export function hexId(word: string): string {
  return new Bun.CryptoHasher("sha256").update(word).digest("hex");
}

export function sighting(row: Row): Sighting {
  const {
    pid,
    in: container,
    args,
    argsTruncated,
    argsPadded,
    exe,
    uid,
    gid,
    cgroup,
    containerId,
    denied,
    ...rest
  } = row;
  const id = containerId ?? (container === undefined ? null : hexId(container));
  const name = rest.name ?? "app";
  return {
    ppid: 0,
    session: pid,
    terminal: false,
    startTicks: pid * 100,
    state: "sleeping",
    kernelThread: false,
    threads: 1,
    cpuSeconds: 0,
    userSeconds: 0,
    systemSeconds: 0,
    minorFaults: 0,
    majorFaults: 0,
    cpuPercent: 0,
    rssBytes: 0,
    virtualBytes: 0,
    layout: null,
    startedAt: 0,
    ...rest,
    pid,
    name,
    facts: {
      args: args ?? [name],
      argsTruncated: argsTruncated ?? false,
      argsPadded: argsPadded ?? false,
      exe: exe === undefined ? `/usr/bin/${name}` : exe,
      uid: uid ?? 1000,
      gid: gid ?? 1000,
      cgroup: cgroup !== undefined ? cgroup : id === null ? "/" : `/../${id}`,
      containerId: id,
      denied: denied ?? [],
    },
  };
}

/** The containers that the rows speak of, as the daemon would have described them. */
export function containersOf(rows: readonly Row[]): Map<string, Container> {
  const names = rows.flatMap((row) => (row.in === undefined ? [] : [row.in]));
  return new Map(
    names.map((name) => {
      const id = hexId(name);
      return [id, { key: id, id, name: name.startsWith("?") ? null : name, pod: null }];
    }),
  );
}

export function tableOf(
  rows: readonly Row[],
  surroundings: Partial<Surroundings> = {},
  containers: ReadonlyMap<string, Container> = containersOf(rows),
): ProcessTable {
  const scan = { observedAt: 0, sightings: rows.map(sighting), unreadable: 0 };
  return buildTable(scan, { selfPid: 7, initialNamespace: false, ...surroundings }, containers);
}

/** A pod with a shared PID namespace: the pause as pid 1, sexton as pid 7, and what the test adds. */
export function podOf(...rows: Row[]): ProcessTable {
  const pause: Row = { pid: 1, name: "pause", in: "?pause" };
  const sexton: Row = { pid: 7, name: "sexton", in: "sexton" };
  return tableOf([pause, sexton, ...rows]);
}
