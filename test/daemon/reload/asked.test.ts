import { describe, expect, test } from "bun:test";
import { problem } from "#base/errors.ts";
import { readContent } from "#daemon/content/read.ts";
import type { Applied } from "#daemon/evidence/apply.ts";
import type { WatchSettings } from "#process/reload.ts";
import { eventually } from "../../support/poll.ts";
import { confirmed, reloaderOver, type watchSettings } from "../../support/reloader.ts";

const refusal = problem("signal-unhandled", "Cannot reload process 1.", { disposition: "default-terminate" });
const failed: Applied = { ...confirmed, status: "failed", detail: "It did not work." };

describe("a reloader", () => {
  test("runs when it is asked to, whatever the content is and while it is held", async () => {
    await using world = reloaderOver(() => ({}));
    await world.begin();
    expect(world.reloader.hold("app", 600_000)).toBe(true);
    const trace = { traceId: "1".repeat(32), spanId: "2".repeat(16), flags: 1 };
    const report = await world.reloader.run("app", { dryRun: false, trace });
    expect(report).toMatchObject({ kind: "ran", record: { reason: "request", status: "confirmed", attempt: 1 } });
    expect(world.calls[0]?.about).toMatchObject({ trace, cause: null });
    expect(await world.reloader.run("nobody", { dryRun: false, trace: null })).toBeNull();
  });

  test("answers who asks for a reload of what is not there", async () => {
    await using world = reloaderOver(
      () => ({}),
      async () => ({ ...failed, status: "no-target", detail: "Cannot find it." }),
    );
    await world.begin();
    const report = await world.reloader.run("app", { dryRun: false, trace: null });
    expect(report).toMatchObject({ record: { status: "failed", detail: "Cannot find it." } });
    expect(world.state().pending).toBeNull();
  });

  test("says what it would do, and does nothing", async () => {
    await using world = reloaderOver(
      () => ({ validate: { kind: "json" } }),
      undefined,
      { preview: async () => refusal },
      (folder) => folder.write("conf/app.json", "{}"),
    );
    await world.begin();
    const asked = { dryRun: true, trace: null };
    expect(await world.reloader.run("app", asked)).toMatchObject({
      kind: "dry",
      rejection: null,
      refusal,
    });
    world.folder.write("conf/app.json", "{");
    expect(await world.reloader.run("app", asked)).toMatchObject({
      rejection: { file: world.folder.path("conf/app.json") },
    });
    expect(world.calls).toHaveLength(0);
  });

  test("holds what comes until it is released", async () => {
    await using world = reloaderOver(() => ({}));
    await world.begin();
    world.reloader.hold("app", 600_000);
    world.folder.write("conf/app.conf", "two");
    const held = await eventually("the hold", () => {
      const state = world.state();
      return state.pending?.reason === "held" ? state : null;
    });
    expect(held.pending).toEqual({ reason: "held", until: held.heldUntil });
    expect(Math.abs((held.heldUntil ?? 0) - Date.now() - 600_000)).toBeLessThan(60_000);
    expect(world.calls).toHaveLength(0);
    expect(world.reloader.release("app")).toBe(true);
    await eventually("the reload", () => world.calls.length === 1);
    expect(world.reloader.hold("nobody", 1)).toBe(false);
    expect(world.reloader.release("nobody")).toBe(false);
  });

  test("keeps the state of a watch whose paths stay, and begins anew with others", async () => {
    await using world = reloaderOver(() => ({}));
    await world.begin();
    world.reloader.hold("app", 600_000);
    const [settings] = world.settings as [ReturnType<typeof watchSettings>];
    world.folder.write("other/file", "x");
    world.reloader.configure([
      { ...settings, settleMs: 20 },
      { ...settings, name: "more", paths: [world.folder.path("other")] },
    ]);
    expect(world.state().heldUntil).not.toBeNull();
    expect(world.state().content).not.toBeNull();
    await eventually("the new one", () => world.state("more").content);
    world.reloader.configure([{ ...settings, paths: [world.folder.path("other")] }]);
    expect(world.reloader.watches()).toHaveLength(1);
    expect(world.state().heldUntil).toBeNull();
    await eventually("the other content", () => world.state().content?.files === 1);
  });

  test("knows a watch by its paths and target, whatever it is called: what is due stays due, and nothing else is", async () => {
    await using world = reloaderOver(
      (folder) => [
        { name: "one", paths: [folder.path("conf")], target: "x" },
        { name: "two", paths: [folder.path("conf")], target: "y" },
      ],
      undefined,
      // Newer than the app: a watch that began anew would reload at its start.
      { ageOf: () => 60_000 },
    );
    await world.begin();
    await Promise.all([world.rest("one"), world.rest("two")]);
    expect(world.calls).toHaveLength(2);
    const [one, two] = world.settings as [WatchSettings, WatchSettings];
    const [wasOne, wasTwo] = [world.state("one"), world.state("two")];
    world.reloader.hold("one", 600_000);

    // Their names are exchanged, and then one is called otherwise.
    world.reloader.configure([
      { ...two, name: "one" },
      { ...one, name: "two" },
    ]);
    expect(world.state("one")).toMatchObject({ appliedHash: wasTwo.appliedHash, last: wasTwo.last, heldUntil: null });
    expect(world.state("two")).toMatchObject({ appliedHash: wasOne.appliedHash, last: wasOne.last });
    expect(world.state("two").heldUntil).not.toBeNull();
    world.reloader.configure([{ ...one, name: "three" }]);
    expect(world.reloader.watches().map(({ settings }) => settings.name)).toEqual(["three"]);
    expect(world.state("three")).toMatchObject({ appliedHash: wasOne.appliedHash, last: wasOne.last });
    world.reloader.release("three");
    world.folder.write("conf/app.conf", "two");
    await eventually("the reload of the change", () => world.calls.length === 3);
    await world.rest("three");
    expect(world.reloader.records()[0]).toMatchObject({ watch: "three", reason: "change" });
    expect(world.calls).toHaveLength(3);
  });

  test("takes a reload that runs along to a watch's new name", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using world = reloaderOver(
      () => ({ name: "old" }),
      async () => promise.then(() => confirmed),
    );
    await world.begin();
    const running = world.reloader.run("old", { dryRun: false, trace: null });
    await eventually("the reload", () => world.calls.length === 1);
    world.reloader.configure(world.settings.map((settings) => ({ ...settings, name: "new" })));
    expect(world.state("new").last).toMatchObject({ status: "running" });
    resolve();
    expect(await running).toMatchObject({ record: { status: "confirmed", watch: "old" } });
    expect(world.state("new").last).toMatchObject({ status: "confirmed" });
  });

  test("looks again at what was rejected, and reloads, when it is told to look in another way", async () => {
    await using world = reloaderOver(() => ({ validate: { kind: "json" } }));
    await world.begin();
    world.folder.write("conf/app.conf", "key: value");
    await eventually("the rejection", () => world.state().last?.status === "rejected");
    const [settings] = world.settings as [ReturnType<typeof watchSettings>];
    world.reloader.configure([{ ...settings, settleMs: 70 }]);
    world.reloader.configure([{ ...settings, validate: { kind: "yaml" } }]);
    await eventually("the reload", () => world.state().last?.status === "confirmed");
    expect(world.reloader.records().map(({ status }) => status)).toEqual(["confirmed", "rejected"]);
  });

  test("reads nothing while nothing happens, but for the rescans", async () => {
    const readings = new Map<string, number>();
    const read = (name: string) => [...readings].find(([path]) => path.endsWith(name))?.[1] ?? 0;
    await using world = reloaderOver(
      (folder) => [{ name: "idle" }, { name: "clock", paths: [folder.path("other")], rescanMs: 50 }],
      undefined,
      {
        readContent(paths) {
          const [path = ""] = paths;
          readings.set(path, (readings.get(path) ?? 0) + 1);
          return readContent(paths);
        },
      },
    );
    await world.begin();
    await eventually("the rescans of the other", () => read("other") > 10);
    expect(read("conf")).toBe(1);
    expect(world.calls).toHaveLength(0);
  });
});
