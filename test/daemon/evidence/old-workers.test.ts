import { expect, test } from "bun:test";
import { createOldWorkers } from "#daemon/evidence/old-workers.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { createProcFolder } from "../../support/proc-folder.ts";

test("old workers are counted for as long as they live, over several reloads, by identity", () => {
  const folder = createProcFolder();
  for (const pid of [11, 12, 13]) folder.put(pid, { name: "nginx" });
  const idOf = (pid: number) => ({ pid, startTicks: pid * 10 });
  const oldWorkers = createOldWorkers(procRoot(folder.path));
  const [master, other] = [idOf(11), { pid: 11, startTicks: 1 }];
  expect(oldWorkers.of(master)).toBe(0);
  oldWorkers.left(master, [idOf(12)]);
  oldWorkers.left(master, [idOf(13), idOf(12), { pid: 12, startTicks: 1 }]);
  expect([oldWorkers.of(master), oldWorkers.of(other)]).toEqual([2, 0]);
  folder.put(12, { name: "nginx", state: "Z" });
  expect(oldWorkers.of(master)).toBe(1);
  oldWorkers.left(master, []);
  folder.remove(13);
  expect(oldWorkers.of(master)).toBe(0);
  folder.close();
});
