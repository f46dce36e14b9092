import { expect, test } from "bun:test";
import { bootTimeMs } from "#kernel/boot-time.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { type ProcStat, readStat } from "#kernel/procfs/stat.ts";
import { readUptime } from "#kernel/procfs/uptime.ts";

const root = procRoot();

test("bootTimeMs() is the uptime, in finer steps", () => {
  const before = (readUptime(root) as number) * 1000;
  const now = bootTimeMs(root);
  // uptime counts whole 10 ms, rounded down.
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual((readUptime(root) as number) * 1000 + 10);
});

test("bootTimeMs() is the clock that start ticks count on", async () => {
  const before = bootTimeMs(root);
  const child = Bun.spawn(["cat"], { stdin: "pipe", stdout: "ignore" });
  const { startTicks } = readStat(root, child.pid) as ProcStat;
  const after = bootTimeMs(root);
  child.stdin.end();
  await child.exited;
  expect(startTicks * 10).toBeGreaterThanOrEqual(before - 10);
  expect(startTicks * 10).toBeLessThanOrEqual(after);
});
