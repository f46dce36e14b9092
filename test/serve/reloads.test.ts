import { afterAll, expect, test } from "bun:test";
import { readdirSync, readlinkSync } from "node:fs";
import { createReloads } from "#serve/reloads.ts";
import { contentFolder } from "../support/content-folder.ts";
import { eventually } from "../support/poll.ts";
import { reloadingAgent } from "../support/reloading.ts";
import { watchSettings } from "../support/reloads.ts";

const folder = contentFolder();
folder.write("conf/app.conf", "one");
const sexton = reloadingAgent({ app: { args: "nobody-is-called-so" } });
afterAll(async () => {
  await sexton.stop();
  folder.remove();
});

const watch = watchSettings({ paths: [folder.path("conf")], target: "app" });
const log = { info() {}, warn() {}, error() {}, setLevel() {} } as never;
const begin = (settings: readonly (typeof watch)[]) => {
  const { agent, bus, root } = sexton;
  return createReloads({ root, bus, log, agent, settings, podName: "pod", runProgram: null });
};
const inotifyInstances = () =>
  readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === "anon_inode:inotify";
    } catch {
      return false;
    }
  }).length;

test("without a watch there is nothing, and who asks for one is told so", async () => {
  const reloads = await begin([]);
  reloads.start();
  expect([reloads.watches(), reloads.records(), reloads.problem(), reloads.opensOf("app")]).toEqual([
    [],
    [],
    null,
    null,
  ]);
  expect(await reloads.run("nginx", { dryRun: false, trace: null })).toBeNull();
  expect([reloads.hold("nginx", 1_000), reloads.release("nginx")]).toEqual([false, false]);
  await reloads.stop();
});

test("watches that come while it runs are watched, once, however many ask at the same time", async () => {
  const before = inotifyInstances();
  const reloads = await begin([]);
  reloads.start();
  await Promise.all([reloads.configure([watch]), reloads.configure([watch]), reloads.configure([watch])]);
  await eventually("the first reading", () => reloads.watches().every(({ content }) => content !== null));
  expect(reloads.watches()).toHaveLength(1);
  expect(reloads.hold("nginx", 1_000)).toBe(true);
  await reloads.configure([]);
  expect(reloads.watches()).toEqual([]);
  await reloads.stop();
  await eventually("what it held to be closed", () => inotifyInstances() === before);
});

test("watches that are there at the start wait for it", async () => {
  const reloads = await begin([watch]);
  expect(reloads.watches()[0]?.content).toBeNull();
  reloads.start();
  await eventually("the first reading", () => reloads.watches()[0]?.content !== null);
  await reloads.stop();
});
