import { expect, test } from "bun:test";
import { problem } from "#base/errors.ts";
import { createBus } from "#daemon/bus.ts";
import { createSignalRegister } from "#daemon/signal-register.ts";

test("what a caller writes is told at no length, in the log as in the register", () => {
  const logged: unknown[] = [];
  const warn = (_: string, fields?: object) => void logged.push(fields);
  const bus = createBus(Date.now);
  const register = createSignalRegister(Date.now, { log: { info() {}, warn }, bus });
  const [verb, target] = ["v".repeat(60_000), "t".repeat(60_000)];
  const request = { verb, target, force: false, dryRun: false, waitMs: 0, abort: new AbortController().signal };
  register.refused(request, null, problem("unknown-signal", `Cannot send "${verb}" to ${target}.`));
  const told = { verb: `${"v".repeat(200)}…`, target: `${"t".repeat(200)}…`, kind: "unknown-signal" };
  expect(logged).toEqual([expect.objectContaining(told)]);
  expect(JSON.stringify(logged).length).toBeLessThan(1_200);
  expect(bus.since(0)[0]?.data).toMatchObject(told);
  expect(JSON.stringify(bus.since(0)).length).toBeLessThan(1_200);
});
