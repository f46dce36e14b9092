import { expect, test } from "bun:test";
import { parseChildren, readChildren } from "#kernel/procfs/children.ts";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { eventually } from "../../support/poll.ts";

test.each([
  ["", []],
  ["17 ", [17]],
  ["17 18 4194304 ", [17, 18, 4_194_304]],
])("parseChildren() reads %p", (text, expected) => {
  expect(parseChildren(text)).toEqual(expected);
});

test.each([
  ["its only thread", "import os, time; os.fork(); time.sleep(600)"],
  [
    "another thread",
    "import os, threading, time; threading.Thread(target=lambda: os.fork() and time.sleep(600)).start(); time.sleep(600)",
  ],
])("readChildren() finds a child of %s", async (_, text) => {
  const app = Bun.spawn(["python3", "-c", text], { stdio: ["ignore", "ignore", "ignore"] });
  const [child = 0] = await eventually("a child", () => {
    const found = readChildren(procRoot(), app.pid, text.includes("threading") ? 2 : 1);
    return Array.isArray(found) && found.length === 1 ? found : null;
  });
  expect(procRoot().readText(child, "stat", 4096)).toContain(` ${app.pid} `);
  process.kill(child, "SIGKILL");
  app.kill(9);
  await app.exited;
  await eventually("it to be gone", () => readChildren(procRoot(), app.pid, 1) === gone);
});
