import type { Stats } from "node:fs";
import { type ContentMemory, compareFound, type Found } from "#daemon/content/memory.ts";
import type { Nothing } from "#daemon/content/walk.ts";

/** What a reading finds, and the hash of it. */
export interface Records {
  directory(index: number, name: string, stat: Stats): void;
  read(index: number, name: string, stat: Stats, digest: string): void;
  /** It is there, and was not read. */
  unread(index: number, name: string, stat: Stats, why: Nothing | "large"): void;
  nothing(index: number, name: string, why: Nothing): void;
  hash(): string;
  /** For the next reading. */
  remember(): void;
}

/** No answer: neither that it is there nor that it is not. */
const isRefused = (why: Nothing | "large") => why === "denied" || why === "unreadable";

/**
 * What is refused is what it was when it was last read, as long as its inode, size and time are: who takes a permission
 * away changes nothing. Where these are others it was written to, though nobody can tell what.
 */
export function createRecords(memory: ContentMemory): Records {
  let all: Found[] = [];
  let isSorted = false;

  function add(found: Found): void {
    all.push(found);
    isSorted = false;
  }

  function sorted(): readonly Found[] {
    if (!isSorted) all.sort(compareFound);
    isSorted = true;
    return all;
  }

  return {
    directory: (index, name, { ino, mtimeMs }) =>
      add({ index, name, kind: "directory", digest: "", identity: `${ino} ${mtimeMs}` }),
    read: (index, name, stat, digest) => add({ index, name, kind: "file", digest, identity: identityOf(stat) }),
    unread(index, name, stat, why) {
      const identity = identityOf(stat);
      const known = isRefused(why)
        ? memory.recall(index, name).find((found) => found.identity === identity)
        : undefined;
      add(known ?? { index, name, kind: "unread", digest: identity, identity });
    },
    nothing(index, name, why) {
      const known = isRefused(why) ? memory.recall(index, name) : [];
      const isHere = (found: Found | undefined) =>
        found?.kind === "directory" && found.index === index && found.name === name;
      // A directory that may not be listed has been met already.
      const met = isHere(all.at(-1)) ? (all.at(-1)?.identity ?? null) : null;
      const isSame = met === null || known.some((found) => isHere(found) && found.identity === met);
      if (known.length === 0 || !isSame) return add({ index, name, kind: why, digest: met ?? "", identity: null });
      while (isHere(all.at(-1))) all.pop();
      for (const found of known) add(found);
    },
    hash() {
      const hasher = new Bun.CryptoHasher("sha256");
      for (const found of sorted())
        if (isContent(found)) hasher.update(`${JSON.stringify([found.index, found.name, found.kind, found.digest])}\n`);
      return hasher.digest("hex");
    },
    remember() {
      memory.keep(sorted());
      all = [];
    },
  };
}

/** An app sees no files in a directory that is empty, as in one that is not there. */
const isContent = ({ kind }: Found) => kind !== "directory" && kind !== "absent";

const identityOf = ({ ino, size, mtimeMs }: Stats) => `${ino} ${size} ${mtimeMs}`;
