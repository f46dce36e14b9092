import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ContentWatch, watchContent } from "#daemon/content/watch.ts";
import { eventually } from "./poll.ts";

/** A place for the files of a test. */
export interface ContentFolder {
  readonly path: (name?: string) => string;
  /** Writes a file with its folders. */
  readonly write: (name: string, text: string) => string;
  readonly remove: () => void;
}

export function contentFolder(): ContentFolder {
  const top = mkdtempSync(join(tmpdir(), "sexton-content-"));
  const path = (name = "") => join(top, name);
  return {
    path,
    write(name, text) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), text);
      return path(name);
    },
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}

/** As most programs save: a reader finds the old or the new, never half of it. */
export function replace(file: string, temporary: string): void {
  writeFileSync(temporary, `new ${Math.random()}`);
  renameSync(temporary, file);
}

/** Without a moment in which it leads nowhere. */
export function relink(link: string, target: string): void {
  symlinkSync(target, `${link}..new`);
  renameSync(`${link}..new`, link);
}

/** A watch that counts its notices. */
export interface CountedWatch extends ContentWatch {
  readonly notices: () => number;
  /** Does something, and waits until it was noticed; what was told before does not count. */
  readonly noticed: (what: string, act: () => unknown) => Promise<void>;
  /** Does something, and gives it the time that a notice would take; how many came. */
  readonly unnoticed: (act: () => unknown) => Promise<number>;
}

/** Notices come within 150 ms, most within 10. */
const quietMs = 120;
const silenceMs = 300;

export function countedWatch(paths: readonly string[], options?: Parameters<typeof watchContent>[2]): CountedWatch {
  let notices = 0;
  const watch = watchContent(paths, () => notices++, options);
  /** A burst may be told in two notices. */
  async function settle(forMs: number): Promise<void> {
    for (let before = -1; before !== notices; ) {
      before = notices;
      await Bun.sleep(forMs);
    }
  }
  return {
    ...watch,
    notices: () => notices,
    async noticed(what, act) {
      const before = notices;
      await act();
      await eventually(what, () => notices > before);
      await settle(quietMs);
    },
    async unnoticed(act) {
      const before = notices;
      await act();
      await settle(silenceMs);
      return notices - before;
    },
  };
}
