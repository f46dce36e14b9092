import { describe, expect, test } from "bun:test";
import type { Applied } from "#daemon/evidence/apply.ts";
import { eventually } from "../../support/poll.ts";
import { confirmed, reloaderOver } from "../../support/reloader.ts";

const asked = { dryRun: false, trace: null };
const never = { on: "never", leastMs: 60_000, mostMs: 60_000 } as const;
const long = { retry: never, proof: { waitMs: 600_000, http: null } };

const superseded: Applied = { ...confirmed, status: "superseded", detail: "A newer change came." };

/** An app that never shows anything: its reload ends when nobody waits any more. */
const waits = (enough: AbortSignal) =>
  new Promise<Applied>((resolve) => {
    enough.addEventListener("abort", () => resolve(superseded));
  });

describe("a newer change that has settled", () => {
  test("is told at once, and what it ends is told as superseded", async () => {
    let first = true;
    await using world = reloaderOver(
      () => long,
      async (_, { enough }) => {
        if (!first) return confirmed;
        first = false;
        return waits(enough);
      },
    );
    await world.begin();
    world.folder.write("conf/app.conf", "two");
    await eventually("the first reload", () => world.calls.length === 1);
    world.folder.write("conf/app.conf", "three");
    await eventually("the second", () => world.state().last?.status === "confirmed");
    await world.rest();
    expect(world.reloader.records().map(({ status, reason, attempt }) => [status, reason, attempt])).toEqual([
      ["confirmed", "change", 1],
      ["superseded", "change", 1],
    ]);
    expect(world.calls.map(({ about }) => about.enough.aborted)).toEqual([true, false]);
    expect(world.calls[0]?.about.abort.aborted).toBe(false);
  });

  test("answers who asked for the one that it ends", async () => {
    await using world = reloaderOver(
      () => long,
      async (_, { enough }) => (world.calls.length === 1 ? waits(enough) : confirmed),
    );
    await world.begin();
    const running = world.reloader.run("app", asked);
    await eventually("the reload", () => world.calls.length === 1);
    world.folder.write("conf/app.conf", "two");
    expect(await running).toMatchObject({ refusal: null, record: { status: "superseded", reason: "request" } });
    await eventually("the newer one", () => world.state().last?.status === "confirmed");
    await world.rest();
    expect(world.calls).toHaveLength(2);
  });

  test("does not interrupt the telling: it waits until that has ended", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using world = reloaderOver(
      () => long,
      async () => promise.then(() => confirmed),
    );
    await world.begin();
    world.folder.write("conf/app.conf", "two");
    await eventually("the first reload", () => world.calls.length === 1);
    world.folder.write("conf/app.conf", "three");
    await eventually("the newer one to be due", () => world.calls[0]?.about.enough.aborted);
    expect(world.calls).toHaveLength(1);
    expect(world.state()).toMatchObject({ pending: { reason: "running" }, last: { status: "running" } });
    resolve();
    await eventually("the second reload", () => world.calls.length === 2);
    await world.rest();
  });

  test("ends nothing while it is held, or while it is what runs already", async () => {
    await using world = reloaderOver(
      () => long,
      async (_, { enough }) => (world.calls.length === 1 ? waits(enough) : confirmed),
    );
    await world.begin();
    world.folder.write("conf/app.conf", "two");
    await eventually("the first reload", () => world.calls.length === 1);
    world.folder.write("conf/app.conf", "two");
    world.reloader.hold("app", 600_000);
    await eventually("the settling", () => world.state().pending?.reason === "running");
    world.folder.write("conf/app.conf", "three");
    await eventually("the change", () => world.state().changes === 2);
    expect(world.calls[0]?.about.enough.aborted).toBe(false);
    world.reloader.release("app");
    await eventually("the second reload", () => world.calls.length === 2);
    await world.rest();
  });
});
