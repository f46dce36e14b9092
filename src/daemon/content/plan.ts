import { statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Listener, SharedInotify } from "#daemon/content/shared-inotify.ts";
import { type Step, walk } from "#daemon/content/walk.ts";
import {
  IN_ATTRIB,
  IN_CLOSE_NOWRITE,
  IN_CLOSE_WRITE,
  IN_CREATE,
  IN_DELETE,
  IN_DELETE_SELF,
  IN_EXCL_UNLINK,
  IN_MODIFY,
  IN_MOVE_SELF,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  IN_ONLYDIR,
  type InotifyFailure,
} from "#kernel/inotify.ts";

/** What matters of what one watch of the kernel hears. */
export interface Interest {
  readonly path: string;
  /** A file that is watched itself, since the directory that it lies in is not. */
  readonly isFile: boolean;
  /** Every name that does not start with `..` matters, in what it is and in what it holds. */
  isContent: boolean;
  /** Opens of the files in it count, or of itself. */
  countsOpens: boolean;
  /** These names matter, whatever else it is. */
  readonly turns: Set<string>;
}

export interface Plan {
  readonly interests: ReadonlyMap<number, Interest>;
  /** FIFOs, sockets and devices of the content, whose opens say nothing. */
  readonly specials: ReadonlySet<string>;
  /** Why not all is heard of, the first reason; null: all is. */
  readonly failure: (InotifyFailure & { readonly path: string }) | null;
  /** Something left while it was looked at: another plan is due. */
  readonly isStale: boolean;
  /** On a filesystem that other machines write to, whose changes inotify does not hear of. */
  readonly isRemote: boolean;
}

const ownMoves = IN_DELETE_SELF | IN_MOVE_SELF;
const namesMask = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | ownMoves | IN_ONLYDIR | IN_EXCL_UNLINK;
const contentMask = namesMask | IN_MODIFY | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE;
const fileMask = IN_MODIFY | IN_CLOSE_WRITE | IN_CLOSE_NOWRITE | IN_ATTRIB | ownMoves;

/** statfs(2) f_type of NFS, SMB (two), FUSE (virtiofs too), 9P, Ceph. */
const remoteMagics = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x00c36400]);

/**
 * Asks the kernel for all that can change what there is at the paths. Each watch is in place before what it is for is
 * looked at, so nothing that comes after is missed.
 */
export function planWatches(paths: readonly string[], inotify: SharedInotify, listener: Listener): Plan {
  const interests = new Map<number, Interest>();
  const specials = new Set<string>();
  const alone = new Set<string>();
  const contents = new Map<string, Interest>();
  const devices = new Set<number>();
  let failure: Plan["failure"] = null;
  let [isStale, isRemote] = [false, false];

  /** `needed`: without it a change would be missed. */
  function want(path: string, mask: number, needed: boolean, isFile = false): Interest | null {
    // Out of watches: what is left of them is for others.
    if (failure?.kind === "full") return null;
    const wd = inotify.add(path, mask, listener);
    if (typeof wd === "number") {
      const known = interests.get(wd);
      if (known) return known;
      const made: Interest = { path, isFile, isContent: false, countsOpens: false, turns: new Set() };
      interests.set(wd, made);
      return made;
    }
    if (wd.kind === "gone") isStale = true;
    else if (needed || wd.kind === "full") failure ??= { ...wd, path };
    return null;
  }

  function lookAtDevice(path: string, device: number): void {
    if (devices.has(device)) return;
    devices.add(device);
    isRemote ||= remoteMagics.has(fileSystemOf(path));
  }

  function take(step: Step): void {
    switch (step.kind) {
      case "way":
        // A path can be passed without the permission to read it; then the next rescan tells.
        want(step.path, ownMoves | IN_ONLYDIR, false);
        break;
      case "turn":
        want(step.directory, namesMask, true)?.turns.add(step.entry);
        break;
      case "directory": {
        lookAtDevice(step.path, step.stat.dev);
        const interest = want(step.path, step.sealed ? IN_CLOSE_NOWRITE | ownMoves | IN_ONLYDIR : contentMask, true);
        if (!interest) break;
        interest.isContent ||= !step.sealed;
        interest.countsOpens = true;
        contents.set(step.path, interest);
        break;
      }
      case "volume": {
        const interest = contents.get(step.path);
        contents.delete(step.path);
        if (!interest) break;
        interest.isContent = false;
        interest.countsOpens = false;
        break;
      }
      case "file":
        if (step.alone) alone.add(step.path);
        break;
      case "nothing":
        if (step.why === "special") specials.add(step.path);
        break;
      default:
    }
  }

  for (const path of paths) for (const step of walk(resolve(path))) take(step);
  for (const path of alone) {
    // Its directory tells of it already: it would count twice.
    if (contents.get(dirname(path))?.countsOpens) continue;
    const interest = want(path, fileMask, true, true);
    if (interest) interest.countsOpens = true;
  }
  return { interests, specials, failure, isStale, isRemote };
}

function fileSystemOf(path: string): number {
  try {
    return statfsSync(path).type;
  } catch {
    return 0;
  }
}
