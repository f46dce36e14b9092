import { describe, expect, test } from "bun:test";
import { readContent } from "#daemon/content/read.ts";
import { watchContent } from "#daemon/content/watch.ts";
import type { Applied } from "#daemon/evidence/apply.ts";
import { eventually } from "../../support/poll.ts";
import { confirmed, reloaderOver } from "../../support/reloader.ts";

const asked = { dryRun: false, trace: null };

describe("a reloader goes on when", () => {
  test("a reading fails, and reads again", async () => {
    let fails = false;
    await using world = reloaderOver(() => ({}), undefined, {
      async readContent(paths) {
        if (fails) throw new Error("the disk is on fire");
        return readContent(paths);
      },
    });
    await world.begin();
    fails = true;
    world.folder.write("conf/app.conf", "two");
    await eventually("the problem", () => world.state().problem);
    expect(world.state()).toMatchObject({ problem: "Cannot read the content: the disk is on fire" });
    expect(world.state().errors).toBeGreaterThan(0);
    const report = await world.reloader.run("app", asked);
    expect(report).toMatchObject({
      record: { status: "failed", detail: "Cannot read the content: the disk is on fire" },
      refusal: { kind: "unavailable" },
    });
    expect(await world.reloader.run("app", { ...asked, dryRun: true })).toMatchObject({
      kind: "dry",
      refusal: { kind: "unavailable", detail: "Cannot tell what a reload would do: the disk is on fire" },
    });
    fails = false;
    await eventually("the reload", () => world.calls.length === 1);
    await world.rest();
    expect(world.state().problem).toBeNull();
  });

  test("a reload throws, which is a failure that is tried again", async () => {
    let left = 1;
    await using world = reloaderOver(
      () => ({}),
      async () => {
        if (left-- > 0) throw new Error("nobody is perfect");
        return confirmed;
      },
    );
    await world.begin();
    world.folder.write("conf/app.conf", "two");
    await eventually("the reload", () => world.state().last?.status === "confirmed");
    expect(world.reloader.records()[1]).toMatchObject({
      status: "failed",
      detail: "Cannot reload the app: nobody is perfect",
    });
    expect(world.state()).toMatchObject({ problem: null, errors: 1 });
  });

  test("a validation throws: nothing is known of the content, and the app is not told", async () => {
    let left = 1;
    await using world = reloaderOver(() => ({ validate: { kind: "json" } }), undefined, {
      async validate() {
        if (left-- > 0) throw new Error("no validator answers");
        return null;
      },
    });
    await world.begin();
    world.folder.write("conf/app.conf", "two");
    await eventually("the failure", () => world.state().last?.status === "failed");
    expect(world.state().last?.detail).toBe("Cannot validate the content: no validator answers");
    expect(world.calls).toHaveLength(0);
    expect(world.of("config.rejected")).toEqual([]);
    await eventually("the reload", () => world.state().last?.status === "confirmed");
  });

  test("what is asked of the app throws", async () => {
    const oops = () => {
      throw new Error("oops");
    };
    await using world = reloaderOver(() => ({}), undefined, { ageOf: oops, oldWorkers: oops, findSubPath: oops });
    await world.begin();
    world.folder.write("conf/app.conf", "two");
    await eventually("the reload", () => world.state().last?.status === "confirmed");
    expect(world.state()).toMatchObject({ problem: expect.stringContaining("oops"), oldWorkers: 0 });
  });

  test("the register throws", async () => {
    await using world = reloaderOver(() => ({}), undefined, {
      bus: {
        emit() {
          throw new Error("full");
        },
      },
    });
    await world.begin();
    world.folder.write("conf/app.conf", "two");
    await eventually("the problem", () => world.state().problem?.includes("full"));
    const report = await world.reloader.run("app", asked);
    expect(report).toMatchObject({ record: { status: "confirmed" } });
  });
});

describe("a reloader says that it is dead", () => {
  test("when a watch cannot be made, which it tries again", async () => {
    let fails = true;
    await using world = reloaderOver(() => ({ rescanMs: 200 }), undefined, {
      watchContent(paths, onNotice) {
        if (fails) throw new Error("no more");
        return watchContent(paths, onNotice);
      },
    });
    await world.begin();
    expect(world.reloader.problem()).toBe("watch app: Cannot watch the paths: no more");
    expect(world.state().mechanism).toBe("poll");
    world.folder.write("conf/app.conf", "two");
    await eventually("the rescan that finds it", () => world.calls.length === 1);
    fails = false;
    await eventually("the watch", () => world.reloader.problem() === null);
    expect(world.state().problem).toBeNull();
  });

  test("when a reading does not come back for a minute", async () => {
    let hangs = false;
    const real = performance.now;
    await using world = reloaderOver(() => ({}), undefined, {
      readContent: (paths) => (hangs ? new Promise(() => {}) : readContent(paths)),
    });
    await world.begin();
    hangs = true;
    world.folder.write("conf/app.conf", "two");
    await eventually("the settling", () => world.state().pending?.until === null);
    expect(world.reloader.problem()).toBeNull();
    try {
      performance.now = () => real.call(performance) + 61_000;
      expect(world.reloader.problem()).toMatch(/^watch app: its files have not been read to the end for 6\d s$/);
    } finally {
      performance.now = real;
    }
  });
});

describe("stop()", () => {
  test("resolves when what runs has been told, and starts nothing more", async () => {
    let told = false;
    await using world = reloaderOver(
      () => ({}),
      async (_, { abort }): Promise<Applied> => {
        await new Promise((resolve) => abort.addEventListener("abort", resolve));
        // What is known by then is still to be told.
        await Bun.sleep(50);
        told = true;
        return { ...confirmed, status: "unconfirmed" };
      },
    );
    await world.begin();
    const running = world.reloader.run("app", asked);
    await eventually("the run", () => world.calls.length === 1);
    const waiting = world.reloader.run("app", asked);
    await world.reloader.stop();
    expect(told).toBe(true);
    expect(await running).toMatchObject({ record: { status: "unconfirmed" } });
    expect(await waiting).toMatchObject({
      record: { status: "failed", detail: expect.stringContaining("sexton stops") },
    });
    expect(await world.reloader.run("app", asked)).toMatchObject({ record: { status: "failed" } });
    expect(world.calls).toHaveLength(1);
  });
});

test("two watches of one app are reloaded one after the other, those of two apps are not", async () => {
  let running = 0;
  const most = { same: 0, other: 0 };
  const slow = async (name: "same" | "other") => {
    running++;
    most[name] = Math.max(most[name], running);
    await Bun.sleep(100);
    running--;
    return confirmed;
  };
  for (const [name, targets] of [
    ["same", ["x", "x"]],
    ["other", ["x", "y"]],
  ] as const) {
    const [first, second] = targets;
    await using world = reloaderOver(
      () => [
        { name: "one", target: first },
        { name: "two", target: second },
      ],
      () => slow(name),
    );
    await world.begin();
    await Promise.all([world.reloader.run("one", asked), world.reloader.run("two", asked)]);
    expect(most[name]).toBe(name === "same" ? 1 : 2);
  }
});

test("a subPath mount is the problem of its watch", async () => {
  const sentence = "Cannot see updates of /conf: it is a subPath mount.";
  await using world = reloaderOver(() => ({}), undefined, { findSubPath: () => sentence });
  await world.begin();
  expect(world.state().problem).toBe(sentence);
  expect(world.reloader.problem()).toBeNull();
});
