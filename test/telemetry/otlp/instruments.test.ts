import { describe, expect, test } from "bun:test";
import type { EventDraft } from "#process/event.ts";
import { createObserved } from "../../support/otlp/observed.ts";

/** Values by attributes, of one metric. */
async function valuesOf(
  { metrics }: ReturnType<typeof createObserved>,
  name: string,
): Promise<Record<string, unknown>[]> {
  const found = (await metrics()).find(({ descriptor }) => descriptor.name === name);
  return (found?.dataPoints ?? []).map(({ attributes, value }) => ({
    ...attributes,
    value: typeof value === "number" ? value : { count: value.count, sum: value.sum },
  }));
}

describe("what happens is counted", () => {
  test("births, ends by how, and collections", async () => {
    const observed = createObserved();
    const { born, dies } = observed;
    const row = { name: "php-fpm", exe: "/usr/sbin/php-fpm8.2" };
    dies(born({ pid: 30, ...row }), { exitCode: 0 });
    dies(born({ pid: 31, ...row }), { exitCode: 0 });
    dies(born({ pid: 32, ...row }), { exitCode: 255 });
    dies(born({ pid: 33, ...row }), { signal: "SIGKILL" });
    dies(born({ pid: 34, ...row }), { coreDumped: null });
    const name = { "process.executable.name": "php-fpm8.2" };
    expect(await valuesOf(observed, "sexton.process.starts")).toEqual([{ ...name, value: 5 }]);
    expect(await valuesOf(observed, "sexton.process.exits")).toEqual([
      { ...name, "sexton.exit.reason": "exited", "process.exit.code": 0, value: 2 },
      { ...name, "sexton.exit.reason": "exited", "process.exit.code": 255, value: 1 },
      { ...name, "sexton.exit.reason": "signaled", "sexton.process.exit.signal": "SIGKILL", value: 1 },
      { ...name, "sexton.exit.reason": "unknown", value: 1 },
    ]);
    expect(await valuesOf(observed, "sexton.process.reaped")).toEqual([{ value: 5 }]);
  });

  test.each<[string, EventDraft, object]>([
    [
      "sexton.zombies.detected",
      { type: "zombie.detected", data: { cause: "parent-not-waiting" } },
      { "sexton.zombie.cause": "parent-not-waiting", value: 1 },
    ],
    [
      "sexton.signals.sent",
      { type: "signal.sent", data: { signal: "SIGHUP" } },
      { "sexton.signal.name": "SIGHUP", "sexton.signal.outcome": "sent", value: 1 },
    ],
    [
      "sexton.signals.sent",
      { type: "signal.refused", data: { verb: "hup", kind: "permission-denied" } },
      { "sexton.signal.name": "SIGHUP", "sexton.signal.outcome": "permission-denied", value: 1 },
    ],
    [
      "sexton.signals.sent",
      { type: "signal.refused", data: { verb: "terminate", signal: "SIGTERM", kind: "signal-unhandled" } },
      { "sexton.signal.name": "SIGTERM", "sexton.signal.outcome": "signal-unhandled", value: 1 },
    ],
    [
      "sexton.signals.sent",
      { type: "signal.refused", data: { verb: "drop tables", kind: "unknown-signal" } },
      { "sexton.signal.outcome": "unknown-signal", value: 1 },
    ],
    [
      "sexton.reload.duration",
      { type: "reload.confirmed", data: { afterSeconds: 0.25 } },
      { "sexton.reload.outcome": "success", value: { count: 1, sum: 0.25 } },
    ],
    [
      "sexton.reload.duration",
      { type: "reload.failed", data: { afterSeconds: 2 } },
      { "sexton.reload.outcome": "target_died", value: { count: 1, sum: 2 } },
    ],
  ])("%s by %j", async (name, draft, expected) => {
    const observed = createObserved();
    observed.emit(draft);
    expect(await valuesOf(observed, name)).toEqual([expected as Record<string, unknown>]);
  });

  test("how long scans take, and not what only is told as one", async () => {
    const observed = createObserved();
    for (const tookMs of [2, null, 6]) observed.scanned(tookMs);
    expect(await valuesOf(observed, "sexton.scan.duration")).toEqual([{ value: { count: 2, sum: 0.008 } }]);
  });

  test("with a bound on names, which are other people's", async () => {
    const observed = createObserved();
    const { born, dies } = observed;
    for (let pid = 1_000; pid < 4_000; pid++) {
      dies(born({ pid, exe: `/tmp/random-${pid}` }), { exitCode: pid % 256 });
    }
    const starts = await valuesOf(observed, "sexton.process.starts");
    expect(starts.length).toBe(101);
    expect(starts.find((point) => point["process.executable.name"] === "_OTHER")?.["value"]).toBe(2_900);
    const exits = await valuesOf(observed, "sexton.process.exits");
    expect(exits.length).toBeLessThan(1_500);
    expect(exits.reduce((sum, { value }) => sum + Number(value), 0)).toBe(3_000);
    expect(JSON.stringify(exits)).not.toContain("overflow");
  });

  test("with a bound on names and ways to end together", async () => {
    const observed = createObserved();
    const { born, dies } = observed;
    for (let pid = 1_000; pid < 9_000; pid++) {
      dies(born({ pid, exe: `/usr/bin/app-${pid % 50}` }), { exitCode: Math.floor(pid / 50) % 256 });
    }
    const exits = await valuesOf(observed, "sexton.process.exits");
    expect(exits.length).toBeLessThan(1_500);
    expect(exits.reduce((sum, { value }) => sum + Number(value), 0)).toBe(8_000);
    expect(JSON.stringify(exits)).not.toContain("overflow");
  });
});
