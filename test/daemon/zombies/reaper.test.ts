import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Bus, createBus } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import { createPerformer } from "#daemon/perform.ts";
import { createReaper, type Reaper, type ReapRequest } from "#daemon/zombies/reaper.ts";
import type { ZombieSettings } from "#policy/zombies.ts";
import type { Zombie } from "#process/zombie.ts";
import { zombieOf } from "../../support/dead.ts";
import { compileParent } from "../../support/parent.ts";
import { isZombie, stateOf } from "../../support/process-state.ts";
import { type RunningParent, root, runParent } from "../../support/running-parent.ts";

const parents = compileParent();
const running: RunningParent[] = [];
let bus: Bus;
let reaper: Reaper;
let settings: ZombieSettings;
let listed: Zombie[];
/** What was claimed, told and released, in order. */
let log: string[];

beforeEach(() => {
  bus = createBus(Date.now);
  settings = { remedy: "report", minAgeMs: 0 };
  listed = [];
  log = [];
  const named = (zombies: readonly Zombie[]) => zombies.map(({ process }) => process.pid).join();
  reaper = createReaper({
    root,
    clock: Date.now,
    bus,
    causes: createCauses(),
    zombies: {
      start() {},
      stop() {},
      look() {},
      list: () => listed,
      perHour: () => 0,
      claim(zombies) {
        log.push(`claim ${named(zombies)}`);
        return () => void log.push(`release ${named(zombies)}`);
      },
      reaped: (zombie, strategy, cause) => void log.push(`${strategy} ${named([zombie])} ${cause}`),
    },
    performer: createPerformer(root, Date.now, process.pid),
    signals: () => ({ allow: null }),
    settingsFor: () => settings,
    isAlive: () => false,
    selfPid: process.pid,
  });
});
afterEach(async () => {
  reaper.stop();
  await Promise.all(running.splice(0).map((parent) => parent.close()));
});
afterAll(() => parents.close());

async function run(...given: Parameters<typeof parents.command>): Promise<RunningParent> {
  const parent = await runParent(parents.command(...given));
  running.push(parent);
  listed.push(...parent.zombies);
  return parent;
}
async function reap(request: Partial<ReapRequest> = {}) {
  const abort = new AbortController().signal;
  return reaper.reap({ pids: null, strategy: "auto", minAgeMs: null, dryRun: false, abort, ...request });
}
const lives = ({ process }: RunningParent) => stateOf(process.pid) === "S";
const events = () => bus.since(0).map(({ type, data }) => [type, data["remedy"], data["outcome"]]);

describe("the reaper", () => {
  test("treats the zombies of each parent by themselves, and tells each attempt once", async () => {
    const handler = await run("handler", 2);
    const never = await run("never", 1);
    const { reaped, remaining, results } = await reap();
    expect({ reaped, remaining }).toEqual({ reaped: 2, remaining: 1 });
    expect(results.map(({ strategy, outcome }) => [strategy, outcome])).toEqual([
      ["nudge", "reaped"],
      ["nudge", "reaped"],
      ["nudge", "refused"],
    ]);
    const [first, second] = handler.zombies.map(({ process }) => process.pid);
    expect(log).toEqual([
      `claim ${first},${second}`,
      `nudge ${first} 1`,
      `nudge ${second} 1`,
      `release ${first},${second}`,
    ]);
    expect(events()).toEqual([["zombie.remedy", "nudge", "reaped"]]);
    expect(bus.since(0)[0]).toMatchObject({
      process: { pid: handler.process.pid },
      data: { by: "request", count: 2, reaped: 2, detail: null, stoppedMicros: null, borrowedMicros: null },
    });
    expect(isZombie(never.zombies[0]?.process.pid ?? 0)).toBe(true);
  });

  test("does not end a parent that has collected its zombies by itself in the meantime", async () => {
    const tidy = await run("tidy", 1);
    listed = [{ ...zombieOf(4_194_303, tidy.process), parent: tidy.process }];
    const { reaped, remaining, results } = await reap({ strategy: "terminate-parent" });
    expect({ reaped, remaining, outcome: results[0]?.outcome }).toEqual({ reaped: 0, remaining: 0, outcome: "gone" });
    expect(lives(tidy)).toBe(true);
    expect([log, events()]).toEqual([[], []]);
  });

  test("tries nothing on the parent of one that somebody traces", async () => {
    const tidy = await run("tidy", 1);
    listed = tidy.zombies.map((zombie) => ({ ...zombie, cause: "traced" }));
    for (const strategy of ["auto", "terminate-parent"] as const) {
      const { results } = await reap({ strategy });
      expect(results.map(({ outcome, detail }) => [outcome, detail])).toEqual([
        ["refused", "It is traced: whoever traces it has to wait for it before its parent can."],
      ]);
    }
    expect(lives(tidy)).toBe(true);
    expect(events()).toEqual([]);
  });

  test("can do nothing where the parent is outside or has just ended", async () => {
    const tidy = await run("tidy", 1);
    const ended = { ...tidy.process, pid: 4_194_303 };
    listed = [zombieOf(31, null), ...tidy.zombies.map((zombie) => ({ ...zombie, parent: ended }))];
    const { results, remaining } = await reap({ strategy: "terminate-parent" });
    expect(remaining).toBe(2);
    expect(results.map(({ outcome, detail }) => [outcome, detail.split(",")[0]?.split(":")[0]])).toEqual([
      ["refused", "Its parent is outside of this PID namespace"],
      ["refused", "Its parent has ended"],
    ]);
  });

  test("of its own accord tells each try, and once what cannot be tried", async () => {
    const never = await run("never", 1);
    const vain = await run("vain", 1);
    const treat = ({ process, zombies }: RunningParent) => reaper.treat({ parent: process, zombies }, ["nudge"], 0);
    for (let time = 0; time < 2; time++) {
      expect((await treat(never))[0]).toMatchObject({ strategy: "nudge", outcome: "refused" });
      expect((await treat(vain))[0]).toMatchObject({ strategy: "nudge", outcome: "failed" });
    }
    expect(bus.since(0).map(({ process, data }) => [process?.pid, data["by"], data["outcome"]])).toEqual([
      [never.process.pid, "config", "refused"],
      [vain.process.pid, "config", "failed"],
      [vain.process.pid, "config", "failed"],
    ]);
    expect(bus.since(0)[1]?.data["detail"]).toContain("did not collect it");
    expect(await reaper.treat({ parent: vain.process, zombies: vain.zombies }, ["nudge"], 200_000)).toMatchObject([
      { outcome: "refused", detail: expect.stringContaining("minAgeSeconds is 200") },
    ]);
    // Of a choice only the last word counts.
    await reaper.treat({ parent: never.process, zombies: never.zombies }, ["wait", "nudge"], 0);
    expect(bus.since(3)).toEqual([]);
  });

  test("needs no harder remedy for what a mild one has done", async () => {
    const handler = await run("handler", 2);
    const brood = { parent: handler.process, zombies: handler.zombies };
    const results = await reaper.treat(brood, ["nudge", "terminate-parent"], 0);
    expect(results).toMatchObject(Array(2).fill({ strategy: "nudge", outcome: "reaped" }));
    expect(lives(handler)).toBe(true);
  });

  test("goes on with the next remedy for what one has left", async () => {
    const tidy = await run("tidy", 1);
    const results = await reaper.treat(
      { parent: tidy.process, zombies: tidy.zombies },
      ["nudge", "terminate-parent"],
      0,
    );
    expect(results[0]?.strategy).toBe("terminate-parent");
    expect(await tidy.child.exited).toBe(0);
    expect(bus.since(0)[0]).toMatchObject({
      type: "signal.sent",
      data: { signal: "SIGTERM", remedy: "terminate-parent" },
    });
  });
});
