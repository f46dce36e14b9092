import { expect, test } from "bun:test";
import { pageBytes, ticksPerSecond } from "#kernel/units.ts";

test.each([
  ["PAGESIZE", pageBytes],
  ["CLK_TCK", ticksPerSecond],
])("%s is what getconf(1) says", (name, value) => {
  expect(value).toBe(Number(Bun.spawnSync(["getconf", name]).stdout.toString()));
});
