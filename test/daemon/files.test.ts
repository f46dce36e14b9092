import { expect, test } from "bun:test";
import { isProblem } from "#base/errors.ts";
import { createFileReader } from "#daemon/files.ts";
import { createObserver } from "#daemon/observer.ts";
import { lookAround } from "#daemon/surroundings.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { ProcessFile } from "#process/file.ts";
import type { Process } from "#process/process.ts";

const root = procRoot();
const { byPid } = createObserver(root, Date.now, lookAround(root, process.pid)).table();
const self = byPid.get(process.pid) as Process;

test("the page tables of a process are walked once a second at most, whoever asks", () => {
  const reads: string[] = [];
  let now = 0;
  const slices: typeof root.slices = (pid, file, limit) => {
    reads.push(file);
    // So long takes the walk.
    now += 400;
    return root.slices(pid, file, limit);
  };
  const open = createFileReader({ ...root, slices }, process.pid, () => now);
  const read = (of: Process, file: ProcessFile) => {
    const content = open(of, file);
    return isProblem(content) ? content : Buffer.concat([...{ [Symbol.iterator]: () => content }]).toString();
  };
  const first = read(self, "smaps_rollup");
  expect(first).toContain("Rss:");
  now += 999;
  expect(read(self, "smaps_rollup")).toBe(first);
  now += 1;
  expect(read(self, "smaps_rollup")).toContain("Rss:");
  expect(reads).toEqual(["smaps_rollup", "smaps_rollup"]);
  // What is no answer is not kept.
  const other = { ...self, pid: 4_194_303 };
  for (const _ of [1, 2]) expect(isProblem(read(other, "smaps_rollup"))).toBe(true);
  // The other files are as they are now.
  for (const _ of [1, 2]) read(self, "stat");
  expect(reads.slice(2)).toEqual(["smaps_rollup", "smaps_rollup", "stat", "stat"]);
});
