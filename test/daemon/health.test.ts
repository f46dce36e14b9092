import { expect, test } from "bun:test";
import { createHealth } from "#daemon/health.ts";

const agent = { table: () => ({ processes: [{}] }) as never };

test("a note is told beside what is wrong, and makes nothing unready", () => {
  const health = createHealth(agent);
  let lost: string | null = null;
  health.note("telemetry", () => lost);
  expect(health.notes()).toEqual({});
  lost = "lost 3 items";
  expect(health.notes()).toEqual({ telemetry: "lost 3 items" });
  expect(health.problems()).toEqual({});
});

test("a check that fails is a problem, by its name", () => {
  const health = createHealth(agent);
  health.add("watcher", () => "cannot hear of exits");
  health.add("other", () => null);
  expect(health.problems()).toEqual({ watcher: "cannot hear of exits" });
});
