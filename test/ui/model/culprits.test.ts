import { expect, test } from "bun:test";
import type { Zombie, Zombies } from "#ui/api/answers.ts";
import { culpritsOf } from "#ui/model/culprits.ts";

const parent = { pid: 17, id: "17-1", name: "php-fpm", container: null, role: "app" as const };
const zombie = (pid: number, given: Partial<Zombie> = {}): Zombie => ({
  pid,
  id: `${pid}-1`,
  name: "child",
  commandLine: null,
  exitCode: 0,
  signal: null,
  coreDumped: false,
  since: "2026-01-01T00:00:00.000Z",
  sinceIsExact: true,
  ageSeconds: pid,
  container: null,
  origin: "main",
  parent,
  cause: "parent-not-waiting",
  remedies: ["nudge", "adopt"],
  advice: "wait for them",
  ...given,
});

test("who leaves most zombies comes first, with what would work for all of them", () => {
  const zombies: Zombies = {
    count: 3,
    oldestAgeSeconds: 40,
    observedAt: "2026-01-01T00:00:00.000Z",
    zombies: [
      zombie(9, { parent: null, cause: "parent-outside-namespace", remedies: [] }),
      zombie(20),
      zombie(40, { remedies: ["adopt", "terminate-parent"], cause: "traced" }),
    ],
    byParent: [{ parent, count: 2, perHour: 6 }],
    strays: 0,
    pids: { current: 3, limit: null, source: null, zombies: 3, secondsToExhaustion: null },
  };
  const [first, second] = culpritsOf(zombies);
  expect(first).toMatchObject({
    key: "17-1",
    perHour: 6,
    oldestSeconds: 40,
    causes: ["parent-not-waiting", "traced"],
    remedies: ["adopt"],
    advices: ["wait for them"],
  });
  expect(first?.zombies.map(({ pid }) => pid)).toEqual([40, 20]);
  expect(second).toMatchObject({ key: "outside", parent: null, perHour: null, remedies: [] });
});
