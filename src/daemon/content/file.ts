import { closeSync, fstatSync, readSync, type Stats } from "node:fs";
import { basename } from "node:path";
import { closeUnheard } from "#daemon/content/shared-inotify.ts";
import { type Nothing, whyNot } from "#daemon/content/walk.ts";
import { openAsPlace, openForReading } from "#kernel/foreign-file.ts";

/** `unread`: it is there, and this is all that is known of it. */
export type FileReading =
  | { readonly kind: "read"; readonly stat: Stats; readonly bytes: Uint8Array; readonly digest: string }
  | { readonly kind: "unread"; readonly stat: Stats; readonly why: Nothing | "large" }
  | { readonly kind: "nothing"; readonly why: Nothing };

/** Lets the event loop run when it was held for long enough; false: at once. */
export type Pace = () => Promise<void> | false;

const chunk = 1024 * 1024;
/** A file that is written while it is read is read again; whoever writes is heard of after that. */
const mostReads = 3;

/** One regular file, whole and of one moment as far as can be known. */
export async function readFile(path: string, mostBytes: number, pace: Pace): Promise<FileReading> {
  let place: number;
  try {
    place = openAsPlace(path);
  } catch (cause) {
    return { kind: "nothing", why: whyNot(cause) };
  }
  try {
    return await readPlace(place, path, mostBytes, pace);
  } finally {
    closeSync(place);
  }
}

async function readPlace(place: number, path: string, mostBytes: number, pace: Pace): Promise<FileReading> {
  const stat = fstatSync(place);
  if (!stat.isFile()) return { kind: "nothing", why: stat.isSymbolicLink() ? "absent" : "special" };
  if (stat.size > mostBytes) return { kind: "unread", stat, why: "large" };
  let fd: number;
  try {
    fd = openForReading(place);
  } catch (cause) {
    return { kind: "unread", stat, why: whyNot(cause) };
  }
  try {
    return await readTo(fd, mostBytes, pace);
  } catch {
    return { kind: "unread", stat, why: "unreadable" };
  } finally {
    closeUnheard(basename(path), () => closeSync(fd));
  }
}

async function readTo(fd: number, mostBytes: number, pace: Pace): Promise<FileReading> {
  for (let reads = 1; ; reads++) {
    const before = fstatSync(fd);
    const hasher = new Bun.CryptoHasher("sha256");
    // One more, so that the end is seen; what lies about its size (0 in /proc) grows.
    let bytes = new Uint8Array(Math.min(before.size, mostBytes) + 1);
    let length = 0;
    for (let n = -1; n !== 0 && length <= mostBytes; length += n) {
      if (length === bytes.length) bytes = grown(bytes);
      n = readSync(fd, bytes, length, Math.min(chunk, bytes.length - length), length);
      hasher.update(bytes.subarray(length, length + n));
      await pace();
    }
    const after = fstatSync(fd);
    if (length > mostBytes) return { kind: "unread", stat: after, why: "large" };
    if (reads === mostReads || (after.mtimeMs === before.mtimeMs && after.size === before.size))
      return { kind: "read", stat: after, bytes: bytes.subarray(0, length), digest: hasher.digest("hex") };
  }
}

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(4096, 2 * bytes.length));
  larger.set(bytes);
  return larger;
}
