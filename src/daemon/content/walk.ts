import { type Dirent, lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";

/**
 * What is met at a path, in order. A step comes before what it names is looked at, so that whoever watches it first
 * misses nothing. `name` is relative to the path of the walk, "" for that itself. `sealed`: beneath the `..data` of a
 * ConfigMap volume, which is replaced as a whole and never changed.
 */
export type Step =
  /** A directory on the way: only whether it stays there matters. */
  | { readonly kind: "way"; readonly path: string }
  /** What `entry` of a directory is decides where the path leads, or whether it leads anywhere. */
  | { readonly kind: "turn"; readonly directory: string; readonly entry: string }
  | { readonly kind: "link"; readonly path: string; readonly target: string; readonly stat: Stats }
  | {
      readonly kind: "directory";
      readonly path: string;
      readonly name: string;
      readonly sealed: boolean;
      readonly stat: Stats;
    }
  /** The directory has a `..data`: nothing else in it matters. */
  | { readonly kind: "volume"; readonly path: string }
  /** `alone`: it was reached by a link or by the path itself, not by the directory that it lies in. */
  | {
      readonly kind: "file";
      readonly path: string;
      readonly name: string;
      readonly sealed: boolean;
      readonly alone: boolean;
    }
  | { readonly kind: "nothing"; readonly path: string; readonly name: string; readonly why: Nothing };

export type Nothing =
  /** Nothing is there, and never was a link to it. */
  | "absent"
  /** A link leads to nothing. */
  | "dangling"
  | "denied"
  /** Links lead in a circle, or too deep. */
  | "circle"
  /** A FIFO, socket or device. */
  | "special"
  /** A directory that this walk has been in. */
  | "again"
  /** There is more than a walk may take, and what comes after this was not looked at. */
  | "crowd"
  /** Its name is not UTF-8, or the disk fails. */
  | "unreadable";

/** As the kernel does, path_resolution(7). */
const mostLinks = 40;
const mostDepth = 64;
/** Whoever watches a whole disk is told so, and does not hold the event loop for long. */
export const mostEntries = 30_000;

interface Walk {
  readonly links: Map<string, string>;
  readonly seen: Set<string>;
  entries: number;
}

type Found =
  | { readonly path: string; readonly stat: Stats; readonly linked: boolean; readonly sealed: boolean }
  | { readonly why: Nothing };

/**
 * Walks `path`, absolute, through every directory that is there; not into names that start with `..`. `links` gathers
 * where each link led: what is in it is not read again.
 */
export function* walk(path: string, links = new Map<string, string>()): Generator<Step, void, void> {
  const state: Walk = { links, seen: new Set(), entries: 0 };
  yield { kind: "way", path: "/" };
  const found = yield* resolve(state, "/", path, false);
  yield* arrive(state, path, "", found, 0);
}

function* arrive(state: Walk, path: string, name: string, found: Found, depth: number): Generator<Step, void, void> {
  if ("why" in found) yield { kind: "nothing", path, name, why: found.why };
  else if (found.stat.isDirectory()) yield* enter(state, found.path, name, found.sealed, found.stat, depth);
  else if (found.stat.isFile()) yield { kind: "file", path: found.path, name, sealed: found.sealed, alone: true };
  else yield { kind: "nothing", path: found.path, name, why: "special" };
}

function* resolve(state: Walk, from: string, path: string, within: boolean): Generator<Step, Found, void> {
  const parts = path.split("/");
  let [directory, links, sealed] = [from, 0, within];
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      directory = dirname(directory);
      continue;
    }
    const full = join(directory, part);
    let stat = look(full);
    if (typeof stat === "string" || !stat.isDirectory()) {
      yield { kind: "turn", directory, entry: part };
      stat = look(full);
    }
    if (typeof stat === "string") return { why: stat === "absent" && links > 0 ? "dangling" : stat };
    if (stat.isSymbolicLink()) {
      if (++links > mostLinks) return { why: "circle" };
      const target = state.links.get(full) ?? readLink(full);
      if (target === null) return { why: "dangling" };
      state.links.set(full, target);
      yield { kind: "link", path: full, target, stat };
      sealed ||= part === "..data";
      if (target.startsWith("/")) directory = "/";
      parts.unshift(...target.split("/"));
    } else if (stat.isDirectory()) {
      yield { kind: "way", path: full };
      directory = full;
    } else if (parts.some((rest) => rest !== "")) return { why: links > 0 ? "dangling" : "absent" };
    else return { path: full, stat, linked: links > 0, sealed };
  }
  const stat = look(directory);
  return typeof stat === "string" ? { why: stat } : { path: directory, stat, linked: links > 0, sealed };
}

function* enter(
  state: Walk,
  path: string,
  name: string,
  sealed: boolean,
  stat: Stats,
  depth: number,
): Generator<Step, void, void> {
  const id = `${stat.dev}:${stat.ino}`;
  if (depth > mostDepth) return yield { kind: "nothing", path, name, why: "circle" };
  if (state.seen.has(id)) return yield { kind: "nothing", path, name, why: "again" };
  state.seen.add(id);
  yield { kind: "directory", path, name, sealed, stat };
  const entries = list(path);
  if (typeof entries === "string") {
    if (entries !== "absent") yield { kind: "nothing", path, name, why: entries };
    return;
  }
  if (entries.some((entry) => entry.name === "..data" && entry.isSymbolicLink())) {
    yield { kind: "volume", path };
    const data = yield* resolve(state, path, "..data", sealed);
    if ("why" in data || !data.stat.isDirectory())
      yield { kind: "nothing", path: join(path, "..data"), name, why: "dangling" };
    else yield* enter(state, data.path, name, true, data.stat, depth + 1);
    return;
  }
  for (const entry of entries) {
    if (entry.name.startsWith("..")) continue;
    if (++state.entries === mostEntries) yield { kind: "nothing", path, name, why: "crowd" };
    if (state.entries >= mostEntries) return;
    yield* meet(state, path, join(name, entry.name), entry, sealed, depth + 1);
  }
}

function* meet(
  state: Walk,
  directory: string,
  name: string,
  entry: Dirent,
  sealed: boolean,
  depth: number,
): Generator<Step, void, void> {
  const path = join(directory, entry.name);
  // What is no UTF-8 was replaced in the listing, and no path that can be given leads there.
  if (entry.name.includes("\ufffd") && look(path) === "absent")
    return yield { kind: "nothing", path, name, why: "unreadable" };
  // Most directories tell the types of their entries; some filesystems do not.
  if (entry.isFile()) return yield { kind: "file", path, name, sealed, alone: false };
  const stat = look(path);
  if (stat === "absent") return;
  if (typeof stat === "string") yield { kind: "nothing", path, name, why: stat };
  else if (stat.isFile()) yield { kind: "file", path, name, sealed, alone: false };
  else if (stat.isDirectory()) yield* enter(state, path, name, sealed, stat, depth);
  else if (stat.isSymbolicLink()) {
    const found = yield* resolve(state, directory, entry.name, sealed);
    // What is absent now has left since the directory was listed.
    if (!("why" in found) || found.why !== "absent") yield* arrive(state, path, name, found, depth);
  } else yield { kind: "nothing", path, name, why: "special" };
}

function look(path: string): Stats | Nothing {
  try {
    return lstatSync(path);
  } catch (cause) {
    return whyNot(cause);
  }
}

function list(path: string): Dirent[] | Nothing {
  try {
    // In order, so that what limits leave out, and which of two ways to a directory comes first, is always the same.
    return readdirSync(path, { withFileTypes: true }).sort(byName);
  } catch (cause) {
    return whyNot(cause);
  }
}

const byName = (one: Dirent, other: Dirent) => (one.name < other.name ? -1 : +(one.name > other.name));

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** What an exception of node:fs says about a path. */
export function whyNot(cause: unknown): Nothing {
  switch ((cause as { code?: string }).code) {
    case "ENOENT":
    case "ENOTDIR":
      return "absent";
    case "EACCES":
    case "EPERM":
      return "denied";
    case "ELOOP":
      return "circle";
    default:
      return "unreadable";
  }
}
