import { describe, expect, test } from "bun:test";
import type { Applied } from "#daemon/evidence/apply.ts";
import { eventually } from "../../support/poll.ts";
import { confirmed, reloaderOver } from "../../support/reloader.ts";

const asked = { dryRun: false, trace: null };
/** Later than any of the moments that are looked at. */
const rescanMs = 86_400_000;

describe("a reload that does not end", () => {
  const later = async (ms: number, look: () => unknown) => {
    const real = performance.now;
    try {
      performance.now = () => real.call(performance) + ms;
      return look();
    } finally {
      performance.now = real;
    }
  };
  const exec = { kind: "exec", command: ["check"], timeoutMs: 600_000 } as const;

  test.each([
    ["is told after all that its settings allow, and a minute", {}, false, 60_000],
    ["has the time that its proof may take", { proof: { waitMs: 300_000, http: null } }, false, 360_000],
    ["has the time that its validation may take", { validate: exec }, true, 660_000],
  ] as const)("%s", async (_, settings, isValidating, mostMs) => {
    const { promise, resolve } = Promise.withResolvers<never>();
    // Until the test ends.
    const hang = () => promise;
    const world = reloaderOver(() => ({ rescanMs, ...settings }), hang, isValidating ? { validate: hang } : {});
    await world.begin();
    void world.reloader.run("app", asked);
    await eventually("the run", () => world.state().last?.status === "running");
    expect(await later(mostMs - 10_000, () => world.reloader.problem())).toBeNull();
    expect(await later(mostMs + 10_000, () => world.reloader.problem())).toBe("watch app: its reload does not end");
    resolve(confirmed as never);
    await world[Symbol.asyncDispose]();
  });

  test("is one watch's affair: another one of the same app only waits", async () => {
    const { promise, resolve } = Promise.withResolvers<Applied>();
    await using world = reloaderOver(
      () => [
        { name: "one", target: "x", rescanMs, proof: { waitMs: 0, http: null } },
        { name: "two", target: "x", rescanMs },
      ],
      () => promise,
    );
    await world.begin();
    void world.reloader.run("two", asked);
    await eventually("the first", () => world.calls.length === 1);
    void world.reloader.run("one", asked);
    await eventually("the second", () => world.state("one").last?.status === "running");
    expect(await later(3_600_000, () => world.reloader.problem())).toBe("watch two: its reload does not end");
    resolve(confirmed);
    await eventually("both", () => world.reloader.records().every(({ status }) => status === "confirmed"));
    expect(await later(3_600_000, () => world.reloader.problem() ?? "")).not.toContain("does not end");
  });
});
