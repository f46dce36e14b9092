import { beforeEach, describe, expect, test } from "bun:test";
import { type Remedied, result } from "#daemon/remedies/remedied.ts";
import { createZombieKeeper, type ZombieKeeper } from "#daemon/zombies/keeper.ts";
import type { ZombieSettings } from "#policy/zombies.ts";
import type { Brood, Remedy, Zombie } from "#process/zombie.ts";
import { processOf, zombieOf } from "../../support/dead.ts";

// What the remedies come to is what a test says; what is tried on whom, and when, is the keeper's.
const selfPid = 7;
const fpm = processOf({ pid: 17, name: "php-fpm" });
const cron = processOf({ pid: 18, name: "cron", in: "jobs" });
const sexton = { ...processOf({ pid: 30, name: "sexton" }), pid: selfPid };

let now: number;
let keeper: ZombieKeeper;
let settings: Record<number, ZombieSettings>;
/** What each remedy comes to, or what it throws. */
let outcomes: Partial<Record<Remedy, Remedied["outcome"] | Error>>;
/** Pids of zombies that a nudge does get collected. */
let nudged: readonly number[];
let hold: Promise<void> | null;
let tried: { parent: number; pids: number[]; remedies: readonly Remedy[]; minAgeMs: number }[];
const faults: unknown[] = [];

async function treat({ parent, zombies }: Brood, remedies: readonly Remedy[], minAgeMs: number) {
  const pids = zombies.map(({ process }) => process.pid);
  tried.push({ parent: parent?.pid ?? 0, pids, remedies, minAgeMs });
  await hold;
  return zombies.map((zombie) => {
    for (const remedy of remedies) {
      const isNudged = remedy === "nudge" && nudged.includes(zombie.process.pid);
      const outcome = isNudged ? "reaped" : (outcomes[remedy] ?? "failed");
      if (outcome instanceof Error) throw outcome;
      if (outcome === "reaped" || remedy === remedies.at(-1)) return result(zombie, remedy, outcome, "It was tried.");
    }
    throw new Error("there was nothing to try");
  });
}

beforeEach(() => {
  now = 1_000_000;
  settings = { 17: { remedy: "adopt", minAgeMs: 10_000 } };
  outcomes = {};
  nudged = [];
  hold = null;
  tried = [];
  faults.length = 0;
  keeper = createZombieKeeper({
    reaper: { treat },
    settingsFor: (parent) => settings[parent?.pid ?? 0] ?? { remedy: "report", minAgeMs: 10_000 },
    selfPid,
    clock: () => now,
    fault: (cause) => void faults.push(cause),
  });
});

/** One check, with what it started; when the next is due. */
async function check(...zombies: Zombie[]): Promise<number | null> {
  const againMs = keeper.remedy(zombies);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  return againMs;
}
const child = zombieOf(31, fpm);
const remediesTried = () => tried.map(({ remedies }) => remedies.join(","));

describe("what is tried", () => {
  test("is nothing under report, and nobody asks again", async () => {
    settings[17] = { remedy: "report", minAgeMs: 0 };
    expect(await check(child, zombieOf(32, null))).toBeNull();
    expect(tried).toEqual([]);
  });

  test("is what the parent's settings say, on all of its zombies that are old enough, at once", async () => {
    const young = zombieOf(33, fpm, { ageMs: 9_999, cause: "just-exited" });
    expect(await check(child, young, zombieOf(32, fpm, { ageMs: 10_000 }))).toBe(1_000);
    expect(tried).toEqual([{ parent: 17, pids: [31, 32], remedies: ["nudge", "adopt"], minAgeMs: 10_000 }]);
  });

  test("is an adoption only after the age of requests, unless somebody has chosen another", async () => {
    settings[17] = { remedy: "adopt", minAgeMs: 10_000, minAgeIsDefault: true };
    expect(await check(zombieOf(31, fpm, { ageMs: 20_000 }))).toBe(40_000);
    expect(tried).toEqual([]);
    await check(zombieOf(31, fpm, { ageMs: 60_000 }), zombieOf(32, fpm, { ageMs: 59_999 }));
    expect(tried).toMatchObject([{ pids: [31], minAgeMs: 60_000 }]);
  });

  test("is each parent's own", async () => {
    settings[18] = { remedy: "terminate-parent", minAgeMs: 0 };
    await check(child, zombieOf(40, cron), zombieOf(41, cron));
    expect(tried).toEqual([
      { parent: 18, pids: [40, 41], remedies: ["nudge", "terminate-parent"], minAgeMs: 0 },
      { parent: 17, pids: [31], remedies: ["nudge", "adopt"], minAgeMs: 10_000 },
    ]);
  });

  test.each(["report", "terminate-parent"] as const)(
    "is to wait for sexton's own of any age under %s",
    async (remedy) => {
      settings[selfPid] = { remedy, minAgeMs: 10_000 };
      await check(zombieOf(31, sexton, { ageMs: 0, cause: "just-exited" }));
      expect(tried).toEqual([{ parent: selfPid, pids: [31], remedies: ["wait"], minAgeMs: 0 }]);
    },
  );

  test("is nothing on pid 1, nor on one that somebody traces, nor where the parent cannot be seen", async () => {
    settings[1] = settings[0] = { remedy: "terminate-parent", minAgeMs: 0 };
    const pause = processOf({ pid: 1, name: "pause" });
    await check(zombieOf(31, pause), zombieOf(32, fpm, { cause: "traced" }), zombieOf(33, null));
    expect(tried).toEqual([]);
  });

  test("is not tried again while it is still at work", async () => {
    let done = () => {};
    hold = new Promise((resolve) => {
      done = resolve;
    });
    await check(child);
    now += 60_000;
    expect(await check(child, zombieOf(32, fpm))).toBe(1_000);
    expect(tried).toHaveLength(1);
    done();
    await check(child);
    now += 1_000;
    await check(child);
    expect(tried).toHaveLength(2);
  });
});

describe("what is in vain", () => {
  /** Checks each half second for so long, as if new zombies came all the time; when something was tried. */
  async function follow(seconds: number, ...zombies: Zombie[]): Promise<number[]> {
    const times: number[] = [];
    for (let at = 0; at < seconds * 2; at++) {
      const before = tried.length;
      await check(...zombies);
      if (tried.length > before) times.push(at / 2);
      now += 500;
    }
    return times;
  }

  test("is tried again ever less often, up to once in ten minutes", async () => {
    expect(await follow(4_000, child)).toEqual([
      0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1_023, 1_623, 2_223, 2_823, 3_423,
    ]);
  });

  test("is due when its time comes", async () => {
    expect(await check(child)).toBe(1_000);
    expect(await check(child)).toBe(1_000);
    now += 1_000;
    await check(child);
    expect(await check(child)).toBe(2_000);
    now += 1_999;
    expect(await check(child)).toBe(1);
    expect(tried).toHaveLength(2);
  });

  test("is refused as well as failed", async () => {
    outcomes = { adopt: "refused" };
    expect(await follow(8, child)).toEqual([0, 1, 3, 7]);
  });

  test("does not hold up what works: that is tried each second", async () => {
    outcomes = { adopt: "reaped" };
    expect(await follow(4, child)).toEqual([0, 1, 2, 3]);
    outcomes = {};
    expect(await follow(8, child)).toEqual([0, 1, 3, 7]);
  });

  test("holds up no other parent", async () => {
    await follow(100, child);
    settings[18] = { remedy: "nudge", minAgeMs: 0 };
    tried = [];
    await check(child, zombieOf(40, cron));
    expect(tried.map(({ parent }) => parent)).toEqual([18]);
  });

  test("is forgotten when the zombies are gone, and when the settings change", async () => {
    await follow(100, child);
    await check();
    tried = [];
    expect(await follow(4, child)).toEqual([0, 1, 3]);
    await follow(100, child);
    keeper.forget();
    tried = [];
    expect(await follow(4, child)).toEqual([0, 1, 3]);
  });

  test("a nudge is not repeated where there is something else to try, and is the first again for new zombies", async () => {
    outcomes = { adopt: "reaped" };
    await follow(3, child);
    expect(remediesTried()).toEqual(["nudge,adopt", "adopt", "adopt"]);
    await check();
    await check(child);
    expect(remediesTried().at(-1)).toBe("nudge,adopt");
  });

  test("a nudge is repeated where it works, and where there is nothing else", async () => {
    outcomes = { nudge: "reaped" };
    await follow(3, child);
    outcomes = {};
    nudged = [31];
    await follow(2, child, zombieOf(32, fpm));
    expect(remediesTried()).toEqual(Array(5).fill("nudge,adopt"));
    settings[18] = { remedy: "nudge", minAgeMs: 0 };
    outcomes = {};
    tried = [];
    await follow(4, zombieOf(40, cron));
    expect(remediesTried()).toEqual(["nudge", "nudge", "nudge"]);
  });

  test("a nudge that was in vain is repeated where nothing else is left to try", async () => {
    outcomes = { adopt: "reaped" };
    await follow(1, child);
    settings[17] = { remedy: "nudge", minAgeMs: 0 };
    await follow(1, child);
    expect(remediesTried()).toEqual(["nudge,adopt", "nudge"]);
  });

  test("is what throws, too: it is told, and ends nothing", async () => {
    outcomes = { nudge: new Error("a bug") };
    expect(await follow(8, child)).toEqual([0, 1, 3, 7]);
    expect(faults.map(String)).toEqual(Array(4).fill("Error: a bug"));
    keeper.forget();
    tried = [];
    outcomes = { adopt: "reaped" };
    await follow(1, child);
    outcomes = { adopt: new Error("another") };
    await follow(3, child);
    expect(remediesTried()).toEqual(["nudge,adopt", "adopt", "adopt"]);
  });
});
