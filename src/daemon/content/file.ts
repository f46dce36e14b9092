import { closeSync, fstatSync, readSync, type Stats } from "node:fs";
import { basename } from "node:path";
import { closeUnheard } from "#daemon/content/shared-inotify.ts";
import { type Nothing, whyNot } from "#daemon/content/walk.ts";
import type { Pace } from "#daemon/pace.ts";
import { openAsPlace, openForReading } from "#kernel/foreign-file.ts";

export interface FileRead {
  readonly kind: "read";
  readonly stat: Stats;
  /** In bytes. */
  readonly length: number;
  /** Null: there were more than were to be held. */
  readonly bytes: Uint8Array | null;
  /** SHA-256, hex. */
  readonly digest: string;
}

/** `unread`: it is there, and this is all that is known of it. */
export type FileReading =
  | FileRead
  | { readonly kind: "unread"; readonly stat: Stats; readonly why: Nothing | "large" }
  | { readonly kind: "nothing"; readonly why: Nothing };

/** How many bytes of a file may be read, and how many held. */
export interface MostBytes {
  readonly read: number;
  readonly held: number;
}

/** Nothing is awaited between what is read into it and what is done with that. */
const chunk = new Uint8Array(128 * 1024);
/** A file that is written while it is read is read again; whoever writes is heard of after that. */
const mostReads = 3;

/** One regular file, whole and of one moment as far as can be known. */
export async function readFile(path: string, most: MostBytes, pace: Pace): Promise<FileReading> {
  let place: number;
  try {
    place = openAsPlace(path);
  } catch (cause) {
    return { kind: "nothing", why: whyNot(cause) };
  }
  try {
    return await readPlace(place, path, most, pace);
  } finally {
    closeSync(place);
  }
}

async function readPlace(place: number, path: string, most: MostBytes, pace: Pace): Promise<FileReading> {
  const stat = fstatSync(place);
  if (!stat.isFile()) return { kind: "nothing", why: stat.isSymbolicLink() ? "absent" : "special" };
  if (stat.size > most.read) return { kind: "unread", stat, why: "large" };
  let fd: number;
  try {
    fd = openForReading(place);
  } catch (cause) {
    return { kind: "unread", stat, why: whyNot(cause) };
  }
  try {
    return await readTo(fd, most, pace);
  } catch {
    return { kind: "unread", stat, why: "unreadable" };
  } finally {
    closeUnheard(basename(path), () => closeSync(fd));
  }
}

async function readTo(fd: number, most: MostBytes, pace: Pace): Promise<FileReading> {
  for (let reads = 1; ; reads++) {
    const before = fstatSync(fd);
    const hasher = new Bun.CryptoHasher("sha256");
    let bytes = before.size <= most.held ? new Uint8Array(before.size) : null;
    let length = 0;
    for (let n = -1; n !== 0 && length <= most.read; length += n) {
      n = readSync(fd, chunk, 0, chunk.length, length);
      const part = chunk.subarray(0, n);
      hasher.update(part);
      // What lies about its size (0 in /proc), or grows, is held for as long as it may be.
      bytes = bytes && length + n <= most.held ? appended(bytes, length, part) : null;
      await pace();
    }
    const after = fstatSync(fd);
    if (length > most.read) return { kind: "unread", stat: after, why: "large" };
    if (reads === mostReads || (after.mtimeMs === before.mtimeMs && after.size === before.size))
      return {
        kind: "read",
        stat: after,
        length,
        bytes: bytes?.subarray(0, length) ?? null,
        digest: hasher.digest("hex"),
      };
  }
}

function appended(bytes: Uint8Array<ArrayBuffer>, length: number, part: Uint8Array): Uint8Array<ArrayBuffer> {
  if (length + part.length <= bytes.length) {
    bytes.set(part, length);
    return bytes;
  }
  const larger = new Uint8Array(Math.max(4096, 2 * (length + part.length)));
  larger.set(bytes);
  larger.set(part, length);
  return larger;
}
