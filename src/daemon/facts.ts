import { parseCgroup } from "#kernel/procfs/cgroup.ts";
import { readCmdline } from "#kernel/procfs/cmdline.ts";
import { denied, isUnread, orNull, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readOwner } from "#kernel/procfs/status.ts";
import { lossyUtf8 } from "#kernel/procfs/text.ts";
import { containerIdOf, tellingPath } from "#process/container.ts";
import type { ProcessFacts } from "#process/process.ts";

/**
 * Reads what changes seldom. A process that has ended keeps what was known of it while it lived: its command line and
 * executable are gone by then, and on cgroup v1 its container too.
 */
export function readFacts(root: ProcRoot, pid: number, before: ProcessFacts | null, ended: boolean): ProcessFacts {
  if (ended && before) return before;
  const owner = readOwner(root, pid);
  const args = readCmdline(root, pid);
  const exe = root.readLink(pid, "exe");
  const place = readPlace(root, pid);
  const ids = orNull(owner);
  return {
    // What has ended has lost its arguments; that is not the same as having had none.
    args: isUnread(args) || (ended && args.length === 0) ? null : args,
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
