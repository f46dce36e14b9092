import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { createAgent } from "#daemon/agent.ts";
import { createObserver } from "#daemon/observer.ts";
import { lookAround } from "#daemon/surroundings.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { agentSettings } from "../support/agent-settings.ts";

test("the id of a thread names no process, which takes no scan to find out", async () => {
  const observer = createObserver(procRoot(), Date.now, lookAround(procRoot(), process.pid));
  let scans = 0;
  const table = (maxAgeMs?: number) => {
    if (maxAgeMs === 0) scans++;
    return observer.table(maxAgeMs);
  };
  const agent = createAgent(procRoot(), Date.now, agentSettings, { observer: { ...observer, table } });
  const threads = readdirSync("/proc/self/task").map(Number);
  const thread = threads.find((id) => id !== process.pid) as number;
  const ref = { pid: thread, startTicks: null };
  for (const found of [agent.inspect(ref), agent.readFile(ref, "status"), agent.process(ref)])
    expect(found).toMatchObject({ kind: "process-gone", facts: { pid: thread } });
  expect(scans).toBe(0);
  // One that was born since the last scan is found by another.
  observer.table(0);
  await using child = Bun.spawn(["sleep", "100"], { stdio: ["ignore", "ignore", "ignore"] });
  expect(agent.process({ pid: child.pid, startTicks: null })).toMatchObject({ pid: child.pid });
  expect(scans).toBe(1);
});
