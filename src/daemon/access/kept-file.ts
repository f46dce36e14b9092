import { type BigIntStats, readFileSync, statSync } from "node:fs";

/** Files that are read again when they change, and what was made of them last. */
export interface KeptFiles<T> {
  current(): T;
  /** Looks whether they have changed, and reads them if so; true: what was made of them is new. */
  look(): boolean;
  /** In a sentence, why what is there now is not used; null: it is. */
  problem(): string | null;
}

/** None of these is longer. */
const mostBytes = 1024 * 1024;
/** A file system's clock may stand still for so long, and two writes within have one time. */
const sameTimeMs = 2_000;

/**
 * `make` turns the texts into what is used, and throws an error whose message may be told. What cannot be read or used
 * leaves what was there before; at the first time it throws. By stat and not by inotify: a volume that is swapped by a
 * symbolic link, a file that is replaced or written in place, and one on a network all show in it, whoever has a watch left.
 */
export function keepFiles<T>(
  what: string,
  paths: readonly string[],
  make: (texts: readonly string[]) => T,
): KeptFiles<T> {
  let mark = marksOf(paths);
  let print = "";
  let current = read();
  let problem: string | null = null;

  /** Throws with a sentence. */
  function read(): T {
    try {
      const texts = paths.map(readText);
      const made = make(texts);
      print = printOf(texts);
      return made;
    } catch (cause) {
      throw new Error(`Cannot use ${what} ${paths.join(" and ")}: ${reasonOf(cause)}`, { cause });
    }
  }

  return {
    current: () => current,
    problem: () => problem,
    look() {
      const now = marksOf(paths);
      if (now === mark) return false;
      // Taken before the reading: what is written meanwhile is seen at the next look.
      mark = now;
      const before = print;
      try {
        const next = read();
        problem = null;
        if (print === before) return false;
        current = next;
        return true;
      } catch (cause) {
        problem = `${(cause as Error).message}. The one before stays in use`;
        if (isOfTheSystem(cause as Error)) mark = "";
        return false;
      }
    },
  };
}

/** Out of descriptors, for one: that passes without a change of the file, so the next look tries again. */
function isOfTheSystem({ cause }: Error): boolean {
  return (cause as { code?: unknown } | undefined)?.code !== undefined;
}

function readText(path: string): string {
  const stat = statSync(path);
  // A FIFO would block for good.
  if (!stat.isFile()) throw new Error(`${path} is no file`);
  if (stat.size > mostBytes) throw new Error(`${path} is larger than ${mostBytes} bytes`);
  return readFileSync(path, "utf8");
}

function printOf(texts: readonly string[]): string {
  return texts.map((text) => `${text.length} ${Bun.hash(text)}`).join(" ");
}

function reasonOf(cause: unknown): string {
  const { code, path } = cause as { code?: string; path?: string };
  if (code === "ENOENT") return `there is no file ${path ?? ""}`.trimEnd();
  if (code === "EACCES") return `${path ?? "it"} may not be read by the user that sexton runs as`;
  return code !== undefined && path !== undefined ? `${path}: ${code}` : (cause as Error).message;
}

/** What is there, or why that cannot be said: a network that is away (ESTALE, EIO) must not end whoever looks. */
function look(path: string): BigIntStats | string {
  try {
    return statSync(path, { bigint: true });
  } catch (cause) {
    return (cause as { code?: string }).code ?? "unknown";
  }
}

/** What tells one content from the next without reading. What was written a moment ago may be written again unseen. */
function marksOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const stat = look(path);
      if (typeof stat === "string") return stat;
      const fresh = Math.abs(Date.now() - Number(stat.mtimeMs)) < sameTimeMs ? performance.now() : "";
      return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs, fresh].join(".");
    })
    .join(" ");
}
