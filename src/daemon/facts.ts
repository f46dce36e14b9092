import { parseCgroup } from "#kernel/procfs/cgroup.ts";
import { readCmdline } from "#kernel/procfs/cmdline.ts";
import { denied, isUnread, orNull, type Read, unavailable } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { isKernelThread, type ProcStat } from "#kernel/procfs/stat.ts";
import { readOwner } from "#kernel/procfs/status.ts";
import { lossyUtf8 } from "#kernel/procfs/text.ts";
import { containerIdOf, tellingPath } from "#process/container.ts";
import type { ProcessFacts } from "#process/process.ts";
import { hasEnded, stateOf } from "#process/state.ts";

/**
 * A command line may be 2 MiB long, and a JVM's class path takes some. What lies beyond is neither shown nor matched,
 * and `argsTruncated` tells so.
 */
const argsLimit = 32 * 1024;

/**
 * Reads what changes seldom. A process that has ended keeps what was known of it while it lived: its command line and
 * executable are gone by then, and on cgroup v1 its container too.
 */
export function readFacts(root: ProcRoot, stat: ProcStat, before: ProcessFacts | null): ProcessFacts {
  const { pid } = stat;
  const ended = hasEnded({ state: stateOf(stat.state), threads: stat.threads });
  if (ended && before) return before;
  const owner = readOwner(root, pid);
  // A thread of the kernel has neither arguments nor an executable.
  const args = isKernelThread(stat) ? [] : readCmdline(root, pid, argsLimit);
  const exe = isKernelThread(stat) ? unavailable : root.readLink(pid, "exe");
  const place = readPlace(root, pid);
  const ids = orNull(owner);
  return {
    // What has ended has lost its arguments; that is not the same as having had none.
    args: isUnread(args) || (ended && args.length === 0) ? null : args,
    argsTruncated: !isUnread(args) && args.reduce((sum, arg) => sum + arg.length + 1, 0) >= argsLimit,
    exe: isUnread(exe) ? null : exe,
    uid: ids?.uid ?? null,
    gid: ids?.gid ?? null,
    cgroup: isUnread(place) ? null : place.cgroup,
    containerId: isUnread(place) ? null : place.containerId,
    denied: Object.entries({ uid: owner, args, exe, container: place }).flatMap(([field, read]) =>
      read === denied ? [field] : [],
    ),
  };
}

interface Place {
  readonly cgroup: string | null;
  readonly containerId: string | null;
}

/** What a cgroup file says of the container, by its text: all processes of a container have the same. */
const places = new Map<string, Place>();
/** More texts than a pod ever has at a time; a node's short-lived ones are forgotten together. */
const maxPlaces = 1_000;

function readPlace(root: ProcRoot, pid: number): Read<Place> {
  const bytes = root.read(pid, "cgroup");
  if (isUnread(bytes)) return bytes;
  const text = lossyUtf8(bytes);
  const known = places.get(text);
  if (known) return known;
  if (places.size >= maxPlaces) places.clear();
  const cgroup = tellingPath(parseCgroup(text));
  const place = { cgroup, containerId: cgroup === null ? null : containerIdOf(cgroup) };
  places.set(text, place);
  return place;
}
