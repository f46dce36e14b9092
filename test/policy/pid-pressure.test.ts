import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { assessPressure, noPressure, type ScopedLimit } from "#policy/pid-pressure.ts";
import type { Container } from "#process/container.ts";
import type { PidSource } from "#process/pid-source.ts";

const container = (name: string): Container => ({ key: name, id: name, name, pod: null });
const of = (owner: string | null, current: number, source: PidSource = "pod-cgroup"): ScopedLimit => ({
  container: owner === null ? null : container(owner),
  limit: { source, current, limit: 100, counts: "pod" },
});

/** What is told of one round of limits after another, as `who level current`. */
function told(rounds: readonly (readonly ScopedLimit[])[], containers: readonly string[] = ["app"]): string[][] {
  let pressure = noPressure;
  return rounds.map((limits) => {
    const { after, changes } = assessPressure(pressure, limits, new Set(containers));
    pressure = after;
    return changes.map(
      ({ container, level, limit }) => `${container?.name ?? "pod"} ${level} ${limit.source} ${limit.current}`,
    );
  });
}

const podCounts = (...counts: number[]) => told(counts.map((current) => [of(null, current)]));

describe("assessPressure()", () => {
  test("tells each rise once, and the end", () => {
    expect(podCounts(10, 80, 81, 79, 95, 99, 94, 60)).toEqual([
      [],
      ["pod warning pod-cgroup 80"],
      [],
      [],
      ["pod critical pod-cgroup 95"],
      [],
      [],
      ["pod ok pod-cgroup 60"],
    ]);
  });

  test("is ready to tell again below 75 and 90 percent", () => {
    const critical = ["pod critical pod-cgroup 96"];
    expect(podCounts(96, 90, 96, 89, 96)).toEqual([critical, [], [], [], critical]);
    expect(podCounts(85, 75, 85)[2]).toEqual([]);
    expect(podCounts(85, 74, 85).flat()).toEqual([
      "pod warning pod-cgroup 85",
      "pod ok pod-cgroup 74",
      "pod warning pod-cgroup 85",
    ]);
  });

  test("tells a pod once for two limits, by the nearest, and each container by itself", () => {
    const rounds = [
      [of(null, 81, "setting"), of(null, 85, "pod-cgroup"), of("app", 97, "container-cgroup")],
      [of(null, 84, "setting"), of(null, 70, "pod-cgroup"), of("app", 97, "container-cgroup")],
    ];
    expect(told(rounds)).toEqual([["pod warning pod-cgroup 85", "app critical container-cgroup 97"], []]);
  });

  test("keeps a level through a read that failed, and forgets it with its container and its setting", () => {
    const pressed = [of("app", 90, "container-cgroup"), of(null, 90, "pod-cgroup")];
    expect(told([pressed, [], pressed]).slice(1)).toEqual([[], []]);
    expect(told([pressed, [], pressed], [])[2]).toEqual(["app warning container-cgroup 90"]);
    const setting = [of(null, 90, "setting"), of(null, 10, "pod-cgroup")];
    expect(told([setting, [of(null, 10, "pod-cgroup")]])[1]).toEqual(["pod ok pod-cgroup 10"]);
  });

  test("does not flap: a count that stays within five percent is told once a level at most", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 50 }),
        (base, swings) => {
          const levels = podCounts(...swings.map((swing) => base + swing)).flat();
          expect(new Set(levels.map((line) => line.split(" ")[1])).size).toBe(levels.length);
        },
      ),
    );
  });

  test("never tells two equal levels one after the other without a fall in between", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 110 }), { maxLength: 60 }), (counts) => {
        let last = { level: "ok", at: -1 };
        for (const [at, lines] of podCounts(...counts).entries()) {
          const level = lines[0]?.split(" ")[1];
          if (level === undefined) continue;
          const since = counts.slice(last.at + 1, at);
          const fell = { ok: true, warning: since.some((c) => c < 75), critical: since.some((c) => c < 90) };
          expect(level !== last.level || fell[level as keyof typeof fell]).toBe(true);
          last = { level, at };
        }
      }),
    );
  });
});
