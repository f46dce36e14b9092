import { expect, test } from "bun:test";
import fc from "fast-check";
import { createYoung } from "#daemon/watch/young.ts";
import type { Process } from "#process/process.ts";
import { sighting } from "../../support/processes.ts";

const process = (pid: number): Process => ({ ...sighting({ pid }), role: "app", container: null });

test("looks three times at each, after 40 ms, 200 ms and a second, and says which is the last", () => {
  const young = createYoung();
  const looks: string[] = [];
  young.add(process(1), 1_000);
  young.add(process(2), 1_030);
  for (let now = 1_000; now <= 2_100; now += 10) {
    young.due(now, ({ pid }, last) => void looks.push(`${pid} ${now}${last ? " last" : ""}`));
  }
  expect(looks).toEqual(["1 1040", "2 1070", "1 1200", "2 1230", "1 2000 last", "2 2030 last"]);
});

test("knows when the next look is due, and that there is none", () => {
  const young = createYoung();
  expect(young.nextAt()).toBe(Number.POSITIVE_INFINITY);
  young.add(process(1), 1_000);
  expect(young.nextAt()).toBe(1_040);
  young.due(1_040, () => {});
  expect(young.nextAt()).toBe(1_200);
  young.add(process(2), 1_100);
  expect(young.nextAt()).toBe(1_140);
  young.due(9_000, () => {});
  expect(young.nextAt()).toBe(Number.POSITIVE_INFINITY);
});

test("takes one that is born while others are looked at", () => {
  const young = createYoung();
  const looks: number[] = [];
  young.add(process(1), 0);
  young.due(40, ({ pid }) => {
    looks.push(pid);
    young.add(process(2), 40);
  });
  young.due(80, ({ pid }) => void looks.push(pid));
  expect(looks).toEqual([1, 2]);
});

test("looks at everybody three times and never too early, however births and ticks fall", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 200 }),
      (gaps, tick) => {
        const young = createYoung();
        const bornAt: number[] = [];
        const looks = gaps.map(() => [] as number[]);
        let now = 0;
        const look = ({ pid }: Process) => void looks[pid]?.push(now - (bornAt[pid] as number));
        for (const [pid, gap] of gaps.entries()) {
          for (const until = now + gap; now < until; now += Math.min(tick, until - now)) young.due(now, look);
          bornAt[pid] = now;
          young.add(process(pid), now);
        }
        for (const end = now + 1_000 + tick; now <= end; now += tick) young.due(now, look);
        for (const [first = 0, second = 0, third = 0, ...more] of looks) {
          expect([first >= 40, second >= 200, third >= 1_000, more.length]).toEqual([true, true, true, 0]);
          expect(third).toBeLessThan(1_000 + tick);
        }
      },
    ),
    { numRuns: 50 },
  );
});
