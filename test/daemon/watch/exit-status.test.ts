import { afterEach, expect, test } from "bun:test";
import { zombieStatus } from "#daemon/watch/exit-status.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { type ProcStat, readStat } from "#kernel/procfs/stat.ts";
import { createProcFolder } from "../../support/proc-folder.ts";

const folder = createProcFolder();
const root = procRoot(folder.path);
afterEach(() => folder.remove(17));

/** Field 52 is 0, as it is of who ended with 0, and as it reads for whoever may not look. */
function zombie(): ProcStat {
  folder.put(17, { state: "Z" });
  return readStat(root, 17) as ProcStat;
}

test("a zombie that is there and whose cwd is not hidden has ended with what its stat says", () => {
  expect(zombieStatus(root, zombie())).toBe(0);
});

test("one that was collected right after its stat was read has an unknown status, and not 0", () => {
  const stat = zombie();
  folder.remove(17);
  expect(zombieStatus(root, stat)).toBeNull();
  folder.put(17, { startTicks: stat.startTicks + 1 });
  expect(zombieStatus(root, stat)).toBeNull();
});
