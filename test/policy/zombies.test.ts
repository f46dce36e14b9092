import { describe, expect, test } from "bun:test";
import { profiles } from "#policy/profiles.ts";
import type { TargetSettings } from "#policy/target.ts";
import {
  advise,
  automaticAgeMs,
  automaticRemedies,
  remediesToTry,
  settingsFor,
  type TargetZombies,
  type ZombieRemedy,
  type ZombieSettings,
} from "#policy/zombies.ts";
import { type Remedy, remedies, type Strategy, strategies, zombieCauses } from "#process/zombie.ts";
import { processOf, zombieOf } from "../support/dead.ts";
import { podOf } from "../support/processes.ts";

const global: ZombieSettings = { remedy: "report", minAgeMs: 10_000 };

describe("settingsFor()", () => {
  const pod = podOf(
    { pid: 17, name: "php-fpm", in: "web" },
    { pid: 18, name: "worker", ppid: 17, in: "web" },
    { pid: 19, name: "orphan", ppid: 1, in: "web" },
    { pid: 20, name: "exec", in: "web" },
    { pid: 30, name: "cron", in: "jobs" },
    { pid: 31, name: "job", ppid: 30, in: "jobs" },
    { pid: 40, name: "daemon", ppid: 1 },
  );
  const own = { remedy: "adopt", minAge: 500 } as const;
  const of = (pid: number | null, targets: TargetSettings["targets"], located?: TargetSettings["located"]) =>
    settingsFor(pid === null ? null : (pod.byPid.get(pid) ?? null), pod, global, { targets, located }, profiles);

  test("are those for all where no target has its own", () => {
    expect(of(17, {})).toBe(global);
    expect(of(17, { web: { container: "web" } })).toBe(global);
  });

  test.each([17, 18, 19, 20])("are the target's for process %d of its container", (pid) => {
    expect(of(pid, { web: { container: "web", zombies: own } })).toEqual({ remedy: "adopt", minAgeMs: 500 });
  });

  test.each([1, 30, 31, 40, null])("are those for all for %p, which is not of it", (pid) => {
    expect(of(pid, { web: { container: "web", zombies: own } })).toBe(global);
  });

  test("have each value from the target or from those for all", () => {
    expect(of(17, { web: { container: "web", zombies: { remedy: "nudge" } } })).toEqual({
      remedy: "nudge",
      minAgeMs: 10_000,
    });
    expect(of(17, { web: { container: "web", zombies: { minAge: 0 } } })).toEqual({ remedy: "report", minAgeMs: 0 });
  });

  test("say of the age whether anybody has chosen it", () => {
    const unchosen = { ...global, minAgeIsDefault: true };
    const ageOf = (zombies: TargetZombies) => {
      const targets = { web: { container: "web", zombies } };
      return settingsFor(pod.byPid.get(17) ?? null, pod, unchosen, { targets }, profiles).minAgeIsDefault ?? false;
    };
    expect([ageOf({ remedy: "adopt" }), ageOf({ minAge: 10_000 }), ageOf(own)]).toEqual([true, false, false]);
  });

  test("are for the described process and its family alone where a process is described, not its container", () => {
    const worker = pod.byPid.get(18);
    const targets = { worker: { container: "web", name: worker?.name, zombies: own } };
    expect([17, 18].map((pid) => of(pid, targets).remedy)).toEqual([global.remedy, "adopt"]);
  });

  test("tell two targets apart", () => {
    const targets = {
      web: { container: "web", zombies: { remedy: "nudge" as const } },
      jobs: { container: "jobs", zombies: { remedy: "terminate-parent" as const } },
    };
    expect([18, 31].map((pid) => of(pid, targets).remedy)).toEqual(["nudge", "terminate-parent"]);
  });

  test("go by the family where there is no container", () => {
    const lone = podOf({ pid: 50, name: "app" }, { pid: 51, name: "child", ppid: 50 }, { pid: 52, name: "other" });
    const targets = { app: { name: "app", zombies: own } };
    const remedyOf = (pid: number) =>
      settingsFor(lone.byPid.get(pid) ?? null, lone, global, { targets }, profiles).remedy;
    expect([50, 51, 52].map(remedyOf)).toEqual(["adopt", "adopt", "report"]);
  });

  test("follow a target that is looked up by its port", () => {
    const targets = { web: { port: 80, zombies: own } };
    expect(of(18, targets, new Map([["web", { pids: [17], problem: null }]])).remedy).toBe("adopt");
    expect(of(18, targets)).toBe(global);
  });

  test("are those for all where the target cannot be found or chosen", () => {
    expect(of(17, { web: { container: "absent", zombies: own } })).toBe(global);
    expect(of(17, { both: { args: "^(php-fpm|cron)$", zombies: own } })).toBe(global);
  });

  test("are not taken from what every object has", () => {
    expect(of(17, { other: { container: "absent", zombies: own } }).remedy).toBe("report");
    const named = podOf({ pid: 17, name: "constructor", in: "constructor" });
    const targets = { other: { container: "absent", zombies: own } };
    expect(settingsFor(named.byPid.get(17) ?? null, named, global, { targets }, profiles)).toBe(global);
  });
});

describe("remediesToTry()", () => {
  test.each<[Strategy, ZombieRemedy, Remedy[]]>([
    ["auto", "report", ["wait", "nudge"]],
    ["auto", "nudge", ["wait", "nudge"]],
    ["auto", "adopt", ["wait", "nudge", "adopt"]],
    ["auto", "terminate-parent", ["wait", "nudge"]],
  ])("%s where the configuration says %s", (strategy, remedy, expected) => {
    expect(remediesToTry(strategy, { remedy })).toEqual(expected);
  });

  test("is what was asked for, whatever the configuration says", () => {
    for (const strategy of strategies.filter((name) => name !== "auto")) {
      for (const remedy of ["report", "nudge", "adopt", "terminate-parent"] as const) {
        expect(remediesToTry(strategy, { remedy })).toEqual([strategy]);
      }
    }
  });
});

describe("automaticRemedies()", () => {
  test.each<[ZombieRemedy, Remedy[]]>([
    ["report", []],
    ["nudge", ["nudge"]],
    ["adopt", ["nudge", "adopt"]],
    ["terminate-parent", ["nudge", "terminate-parent"]],
  ])("%s is up to what it names, the mild ones first", (remedy, expected) => {
    expect(automaticRemedies({ ...global, remedy }, false)).toEqual(expected);
    expect(automaticRemedies({ ...global, remedy }, true)).toEqual(["wait"]);
  });
});

describe("advise()", () => {
  const fpm = processOf({ pid: 17, name: "php-fpm" });
  const subsets = Array.from({ length: 2 ** remedies.length }, (_, bits) =>
    remedies.filter((_, index) => (bits >> index) & 1),
  );

  test.each([...zombieCauses])("is one sentence for %s, whatever the remedies", (cause) => {
    for (const parent of [fpm, processOf({ pid: 1, name: "pause" }), null]) {
      for (const possible of subsets) {
        const advice = advise(zombieOf(31, parent, { cause }), possible, global);
        expect(advice).toMatch(/^[A-Z][^\n]*\.$/);
        expect(advice).not.toMatch(/\.\s/);
        expect(advice).not.toMatch(/undefined|null|NaN|\(\)/);
      }
    }
  });

  const of = (possible: readonly Remedy[]) => advise(zombieOf(31, fpm), possible, global);
  test("names the parent and the mildest way out that there is", () => {
    expect(of(["nudge", "adopt", "terminate-parent"])).toStartWith(
      "Have php-fpm (pid 17, container web) wait for its children (waitpid), or try POST /zombies/reap, which sends",
    );
    expect(of(["adopt", "terminate-parent"])).toContain("strategy=adopt");
    expect(of(["terminate-parent"])).toContain("strategy=terminate-parent");
    expect(of([])).toContain("start it under sexton init");
  });

  test("says how long the parent has", () => {
    const young = zombieOf(31, fpm, { cause: "just-exited" });
    expect(advise(young, [], { ...global, minAgeMs: 2_500 })).toContain("until 2.5 s after the exit");
  });

  test("knows a pid 1 that collects", () => {
    const orphan = zombieOf(31, processOf({ pid: 1, name: "sexton" }), { cause: "init-not-reaping" });
    expect(advise(orphan, ["wait"], global)).toBe("Pid 1 is sexton, which collects it.");
    expect(advise(orphan, [], global)).toContain("sexton init");
  });
});

describe("automaticAgeMs()", () => {
  test.each([
    ["adoption waits as long as requests do, unless somebody has chosen", "adopt", 10_000, true, 60_000],
    ["what was chosen counts", "adopt", 1_000, false, 1_000],
    ["other remedies go by the age that makes a zombie", "nudge", 10_000, true, 10_000],
    ["the end of the parent too", "terminate-parent", 10_000, true, 10_000],
  ] as const)("%s", (_, remedy, minAgeMs, minAgeIsDefault, expected) => {
    expect(automaticAgeMs({ remedy, minAgeMs, minAgeIsDefault })).toBe(expected);
  });

  test("a target's own age counts as chosen", () => {
    const settings = { remedy: "adopt" as const, minAgeMs: 10_000, minAgeIsDefault: true };
    expect(automaticAgeMs(settings)).toBe(60_000);
    expect(automaticAgeMs({ ...settings, minAgeMs: 5_000, minAgeIsDefault: false })).toBe(5_000);
  });
});
