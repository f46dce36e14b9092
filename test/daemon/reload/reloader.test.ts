import { describe, expect, test } from "bun:test";
import type { Applied } from "#daemon/evidence/apply.ts";
import { eventually } from "../../support/poll.ts";
import { confirmed, reloaderOver } from "../../support/reloader.ts";

const failed: Applied = { ...confirmed, status: "failed", detail: "It did not work." };

describe("a reloader", () => {
  test("reloads nothing at its start", async () => {
    await using world = reloaderOver(() => ({}));
    await world.begin();
    expect(world.state()).toMatchObject({ changes: 0, changedAt: null, pending: null, last: null, problem: null });
    expect(world.state().appliedHash).toBe(world.state().content?.hash ?? null);
    expect(world.calls).toHaveLength(0);
  });

  test("reloads at its start when the content is newer than the app", async () => {
    await using world = reloaderOver(() => ({}), undefined, { ageOf: () => 60_000 });
    await world.begin();
    await world.rest();
    expect(world.calls).toHaveLength(1);
    expect(world.reloader.records()).toMatchObject([{ reason: "start", status: "confirmed", attempt: 1 }]);
  });

  test("tells the change and reloads once for many writes", async () => {
    await using world = reloaderOver(() => ({}));
    await world.begin();
    for (let file = 0; file < 200; file++) world.folder.write(`conf/${file}.conf`, `text ${file}`);
    await eventually("the change", () => world.state().changes > 0);
    await world.rest();
    expect(world.calls).toHaveLength(1);
    const [changed] = world.of("config.changed");
    expect(changed?.data).toEqual({
      watch: "app",
      path: world.folder.path("conf"),
      hash: world.state().content?.hash.slice(0, 12),
      generation: null,
      files: 201,
    });
    expect(world.calls[0]?.about.cause).toBe(changed?.id ?? null);
    expect(world.reloader.records()).toMatchObject([{ id: 1, watch: "app", reason: "change", status: "confirmed" }]);
    expect(world.state()).toMatchObject({ changes: 1, errors: 0, last: { id: 1 } });
  });

  test("reloads once for 1,000 files that change within a second", async () => {
    await using world = reloaderOver(() => ({ settleMs: 1_000, settleMostMs: 10_000 }));
    await world.begin();
    for (let file = 0; file < 1_000; file++) {
      world.folder.write(`conf/${file % 10}/${file}.conf`, `text ${file}`);
      if (file % 50 === 49) await Bun.sleep(50);
    }
    await eventually("the change", () => world.state().changes > 0);
    await world.rest();
    expect(world.calls).toHaveLength(1);
    expect(world.state()).toMatchObject({ changes: 1, errors: 0, content: { files: 1_001 } });
    expect(world.state().appliedHash).toBe(world.state().content?.hash ?? "");
  });

  test("starts nothing where the content stays", async () => {
    await using world = reloaderOver(() => ({}));
    await world.begin();
    world.folder.write("conf/app.conf", "one");
    await eventually("the settling", () => world.state().pending?.reason === "settling");
    await world.rest();
    expect(world.calls).toHaveLength(0);
    expect(world.events).toEqual([]);
  });

  test("keeps an app's last good configuration, and says what is wrong with the new one", async () => {
    await using world = reloaderOver(
      () => ({ validate: { kind: "json" } }),
      undefined,
      {},
      (folder) => folder.write("conf/app.json", '{"a": 1}'),
    );
    await world.begin();
    const applied = world.state().appliedHash;
    world.folder.write("conf/app.json", '{"secret": "hunter2"');
    await eventually("the rejection", () => world.state().last?.status === "rejected");
    expect(world.calls).toHaveLength(0);
    expect(world.state()).toMatchObject({ appliedHash: applied, pending: null });
    const [changed] = world.of("config.changed");
    const [rejected] = world.of("config.rejected");
    expect(rejected).toMatchObject({
      cause: changed?.id,
      data: { watch: "app", file: world.folder.path("conf/app.json") },
    });
    expect(JSON.stringify([world.events, world.reloader.records(), world.reloader.watches()])).not.toContain("hunter2");
    world.folder.write("conf/app.json", '{"a": 2}');
    await eventually("the good one", () => world.state().last?.status === "confirmed");
    expect(world.calls).toHaveLength(1);
  });

  test("tries again what has failed, ever less often, until it goes well", async () => {
    let left = 2;
    await using world = reloaderOver(
      () => ({}),
      async () => (left-- > 0 ? failed : confirmed),
    );
    await world.begin();
    world.folder.write("conf/app.conf", "two");
    await eventually("success", () => world.state().last?.status === "confirmed");
    expect(world.reloader.records().map(({ reason, attempt, status }) => [reason, attempt, status])).toEqual([
      ["retry", 3, "confirmed"],
      ["retry", 2, "failed"],
      ["change", 1, "failed"],
    ]);
    const [one, two, three] = world.calls.map(({ at }) => at) as [number, number, number];
    expect(two - one).toBeGreaterThanOrEqual(149);
    expect(three - two).toBeGreaterThanOrEqual(299);
  });

  test("reloads for a return to the old content after a failure", async () => {
    let status: Applied = failed;
    await using world = reloaderOver(
      () => ({ retry: { on: "failed", leastMs: 60_000, mostMs: 60_000 } }),
      async () => status,
    );
    await world.begin();
    world.folder.write("conf/app.conf", "two");
    await eventually("the failure", () => world.state().pending?.reason === "retry");
    status = confirmed;
    world.folder.write("conf/app.conf", "one");
    await eventually("the reload", () => world.state().last?.status === "confirmed");
    await world.rest();
    expect(world.reloader.records()).toMatchObject([{ reason: "change", attempt: 1 }, { status: "failed" }]);
  });

  test("waits for a target that is not there yet, and counts that as nothing", async () => {
    let isThere = false;
    await using world = reloaderOver(
      () => ({}),
      async () => (isThere ? confirmed : { ...failed, status: "no-target" }),
      { ageOf: () => (isThere ? 60_000 : null) },
    );
    await world.begin();
    world.folder.write("conf/app.conf", "two");
    await eventually("the wait", () => world.state().pending?.reason === "target");
    expect(world.reloader.records()).toEqual([]);
    isThere = true;
    await eventually("the reload", () => world.state().last?.status === "confirmed");
    expect(world.reloader.records()).toMatchObject([{ id: 1, reason: "change", attempt: 1 }]);
  });

  test("does not reload an app that came after the change: it has read it", async () => {
    let age: number | null = null;
    await using world = reloaderOver(
      () => ({}),
      async () => ({ ...failed, status: "no-target" }),
      { ageOf: () => age },
    );
    await world.begin();
    world.folder.write("conf/app.conf", "two");
    await eventually("the wait", () => world.state().pending?.reason === "target");
    // Younger than the change by more than there is doubt about.
    age = -2_000;
    await world.rest();
    expect(world.reloader.records()).toEqual([]);
  });
});
