import { parseCgroup } from "#kernel/procfs/cgroup.ts";
import { type Cmdline, readCmdline } from "#kernel/procfs/cmdline.ts";
import { denied, isUnread, orNull, type Read, unavailable } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { isExiting, isKernelThread, type ProcStat, readStat } from "#kernel/procfs/stat.ts";
import { readOwner } from "#kernel/procfs/status.ts";
import { latin1, lossyUtf8 } from "#kernel/procfs/text.ts";
import { containerIdOf, tellingPath } from "#process/container.ts";
import type { ProcessFacts } from "#process/process.ts";
import { hasEnded, stateOf } from "#process/state.ts";

/**
 * A command line may be 2 MiB long, and a JVM's class path takes some. What lies beyond is neither shown nor matched,
 * and `argsTruncated` tells so.
 */
const argsLimit = 32 * 1024;

/** What is known of a new process without reading it. */
export interface KnownFacts {
  /** Of the parent, whose program it runs still: then executable and container are the parent's too. */
  readonly parent: ProcessFacts | null;
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

const nothingKnown: KnownFacts = { parent: null, owner: null };

/**
 * Reads what changes seldom. A process that has ended, or is about to, keeps what was known of it while it lived: its
 * command line and executable are gone by then, and on cgroup v1 its container too.
 */
export function readFacts(
  root: ProcRoot,
  stat: ProcStat,
  before: ProcessFacts | null,
  known: KnownFacts = nothingKnown,
): ProcessFacts {
  const ending = isEnding(stat);
  if (ending && before) return before;
  const facts = readAll(root, stat, known);
  if (ending) return ofEnding(facts);
  const isWhole = isKernelThread(stat) || (!isBare(facts) && !hasLeft(facts, before, known.parent));
  if (isWhole) return facts;
  if (endedMeanwhile(root, stat)) return before ?? ofEnding(facts);
  return before && facts.args?.length === 0 ? withArguments(facts, before) : facts;
}

function isEnding(stat: ProcStat): boolean {
  return isExiting(stat) || hasEnded({ state: stateOf(stat.state), threads: stat.threads });
}

/** What it had was taken away after its stat was read. */
function endedMeanwhile(root: ProcRoot, { pid, startTicks }: ProcStat): boolean {
  const now = readStat(root, pid);
  return now !== null && (isUnread(now) || now.startTicks !== startTicks || isEnding(now));
}

/** In the midst of an execve(2) there are none. Taken for what there was, the new ones would be no news any more. */
function withArguments(facts: ProcessFacts, { args, argsTruncated, argsPadded }: ProcessFacts): ProcessFacts {
  return { ...facts, args, argsTruncated, argsPadded };
}

/** No program to be seen, as when a process has given its memory back. */
function isBare({ args, exe, denied: hidden }: ProcessFacts): boolean {
  return args?.length === 0 || (exe === null && !hidden.includes("exe"));
}

/** It is in no container, and was in one, or its place was read for the first time. */
function hasLeft({ containerId }: ProcessFacts, before: ProcessFacts | null, parent: ProcessFacts | null): boolean {
  return containerId === null && (before === null ? parent === null : before.containerId !== null);
}

/** What has ended has lost its arguments, which is not the same as having had none; and its place, outside of a container. */
function ofEnding(facts: ProcessFacts): ProcessFacts {
  const { args, cgroup, containerId } = facts;
  return { ...facts, args: args?.length === 0 ? null : args, cgroup: containerId === null ? null : cgroup };
}

function readAll(root: ProcRoot, stat: ProcStat, { parent, owner: knownOwner }: KnownFacts): ProcessFacts {
  const { pid } = stat;
  const owner = knownOwner ?? readOwner(root, pid);
  const ids = orNull(owner);
  const line = isKernelThread(stat) ? noArguments : readCmdline(root, pid, argsLimit);
  const { args, truncated, padded } = isUnread(line) ? noArguments : line;
  const exe = isKernelThread(stat) ? unavailable : (parent?.exe ?? root.readLink(pid, "exe"));
  const place = parent?.cgroup != null ? parent : readPlace(root, pid);
  return {
    args: isUnread(line) ? null : args,
    argsTruncated: truncated,
    argsPadded: padded,
    exe: isUnread(exe) ? null : exe,
    uid: ids?.uid ?? null,
    gid: ids?.gid ?? null,
    cgroup: isUnread(place) ? null : place.cgroup,
    containerId: isUnread(place) ? null : place.containerId,
    denied: deniedOf(owner, line, exe, place),
  };
}

/** A thread of the kernel has no arguments. */
const noArguments: Cmdline = { args: [], truncated: false, padded: false };

const deniedFields = ["uid", "args", "exe", "container"] as const;
const noneDenied: readonly string[] = [];

/** In the order of `deniedFields`. Most often nothing is, and then no list is made. */
function deniedOf(...reads: readonly Read<unknown>[]): readonly string[] {
  return reads.includes(denied) ? deniedFields.filter((_, index) => reads[index] === denied) : noneDenied;
}

interface Place {
  readonly cgroup: string | null;
  readonly containerId: string | null;
}

/** What a cgroup file says of the container, by its bytes: all processes of a container have the same. */
const places = new Map<string, Place>();
/** More texts than a pod ever has at a time; a node's short-lived ones are forgotten together. */
const maxPlaces = 1_000;

function readPlace(root: ProcRoot, pid: number): Read<Place> {
  const bytes = root.read(pid, "cgroup");
  if (isUnread(bytes)) return bytes;
  const key = latin1(bytes);
  const known = places.get(key);
  if (known) return known;
  if (places.size >= maxPlaces) places.clear();
  const cgroup = tellingPath(parseCgroup(lossyUtf8(bytes)));
  const place = { cgroup, containerId: cgroup === null ? null : containerIdOf(cgroup) };
  places.set(key, place);
  return place;
}
