import { existsSync, linkSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasEnded } from "../pod/remove.ts";

/**
 * A folder for one containerd, with all that it keeps. It outlives the run, since images that are already there make the
 * next one start in a second; runs beside each other have one each.
 */
export interface Slot {
  readonly folder: string;
  /** Of the addresses of its pods. */
  readonly number: number;
  release(): void;
}

const parent = join(tmpdir(), `sexton-cri-${process.getuid?.() ?? "any"}`);
const mostSlots = 16;

export function claimSlot(): Slot {
  for (let number = 0; number < mostSlots; number++) {
    const folder = join(parent, String(number));
    // Container users walk through it to their mounts.
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    // /tmp is everyone's: a folder that somebody else put there first must not become root's.
    const { uid } = lstatSync(parent);
    if (uid !== process.getuid?.()) throw new Error(`Cannot use ${parent}: it is not a folder of this user`);
    const lock = join(folder, "lock");
    if (take(lock)) return { folder, number, release: () => rmSync(lock, { force: true }) };
  }
  throw new Error(`Cannot start containerd: all ${mostSlots} folders in ${parent} are in use`);
}

/** A lock is a link to a file that says whose it is, so that it is never there without. */
function take(lock: string): boolean {
  const mine = `${lock}.${crypto.randomUUID()}`;
  writeFileSync(mine, String(process.pid));
  try {
    dropStale(lock);
    linkSync(mine, lock);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(mine);
  }
}

/** Of a run that is no more. Of two that find it one renames it; the other may have got hold of what came after it. */
function dropStale(lock: string): void {
  if (!existsSync(lock) || !hasEnded(ownerOf(lock))) return;
  const stale = `${lock}.${crypto.randomUUID()}`;
  renameSync(lock, stale);
  if (!hasEnded(ownerOf(stale))) linkSync(stale, lock);
  rmSync(stale);
}

const ownerOf = (lock: string) => Number(readFileSync(lock, "utf8"));
