import { chmodSync, closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "#base/errors.ts";

/** Removes a socket on which nobody answers, as a killed predecessor leaves it. Whatever else is there stays. */
export async function makeWay(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket())
    throw new UsageError(
      `Cannot listen on ${path}: it is there already, and is no socket. Remove it, or choose another with --listen.`,
    );
  if (await answers(path)) {
    throw new UsageError(`Cannot listen on ${path}: the address is in use. Choose another with --listen or --probes.`);
  }
  rmSync(path);
}

/** What is not refused may be served: by another user, to whom we may not speak, or by one who is very busy. */
async function answers(path: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({ unix: path, socket: { data() {} } });
    socket.end();
    return true;
  } catch (cause) {
    return (cause as { code?: string }).code !== "ECONNREFUSED";
  }
}

/** O_PATH of open(2), which Node does not name. */
const O_PATH = 0x200000;

/** Binds with this mode from the beginning: between bind(2) and a chmod somebody could connect, and stay connected. */
export function bindAs<T>(path: string, mode: number, bind: () => T): T {
  const before = process.umask(0o777 & ~mode);
  try {
    const bound = bind();
    setMode(path, mode);
    return bound;
  } finally {
    process.umask(before);
  }
}

/** A default ACL of the folder takes the place of umask(2). By a descriptor: who may write there could put a link there. */
function setMode(path: string, mode: number): void {
  const fd = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    const found = fstatSync(fd);
    if (!found.isSocket()) throw new Error("somebody has put something else there");
    if ((found.mode & 0o777) !== mode) chmodSync(throughFd(fd), mode);
  } finally {
    closeSync(fd);
  }
}

const throughFd = (fd: number) => `/proc/self/fd/${fd}`;

export interface PrivateFolder {
  /** The path of a name in it, also when the folder itself has been renamed. */
  at(name: string): string;
  /** With what is left in it. */
  remove(names: readonly string[]): void;
}

/**
 * A folder beside the socket into which only sexton's user may go. It is held open: in a folder where everybody may write
 * (the default of an emptyDir), others can rename it, and so give one name for another.
 */
export function openPrivateFolder(beside: string): PrivateFolder {
  const path = join(dirname(beside), `.${basename(beside).slice(0, 32)}.d`);
  const { isNew, fd } = makeFolder(path);
  const { uid, mode } = fstatSync(fd);
  if (uid !== process.geteuid?.() || (mode & 0o77) !== 0) {
    closeSync(fd);
    if (isNew) rmdirSync(path);
    throw new UsageError(`Cannot listen on ${beside}: ${path} is not for sexton's user alone. Remove it.`);
  }
  return {
    at: (name) => `${throughFd(fd)}/${name}`,
    remove(names) {
      for (const name of names) rmSync(`${throughFd(fd)}/${name}`, { force: true });
      closeSync(fd);
      try {
        rmdirSync(path);
      } catch {
        // A successor has something in it, or somebody has taken it away.
      }
    },
  };
}

function makeFolder(path: string): { isNew: boolean; fd: number } {
  let isNew = true;
  try {
    mkdirSync(path, 0o700);
  } catch (cause) {
    if ((cause as { code?: string }).code !== "EEXIST") throw cause;
    isNew = false;
  }
  return { isNew, fd: openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW) };
}

/** What removes the socket, if it is still this one: a successor may have put one of its own there by then. */
export function remover(path: string): () => void {
  const inode = inodeOf(path);
  return () => {
    if (inode !== null && inodeOf(path) === inode) rmSync(path, { force: true });
  };
}

function inodeOf(path: string): number | null {
  return lstatSync(path, { throwIfNoEntry: false })?.ino ?? null;
}
