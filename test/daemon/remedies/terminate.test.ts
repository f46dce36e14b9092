import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { createPerformer } from "#daemon/perform.ts";
import { terminateParent } from "#daemon/remedies/terminate.ts";
import type { SignalName } from "#process/signal.ts";
import { compileParent } from "../../support/parent.ts";
import { stateOf } from "../../support/process-state.ts";
import { type RunningParent, root, runParent } from "../../support/running-parent.ts";

const parents = compileParent();
let parent: RunningParent;
afterEach(() => parent.close());
afterAll(() => parents.close());

const performer = createPerformer(root, Date.now, process.pid);
const graceMs = 800;
async function terminated({ allow = null, abort }: { allow?: readonly SignalName[] | null; abort?: AbortSignal } = {}) {
  const sent: string[] = [];
  const at = performance.now();
  const { results, stoppedMicros } = await terminateParent(root, parent.process, parent.zombies, {
    performer,
    settings: { allow },
    abort: abort ?? new AbortController().signal,
    onSent: ({ name }) => void sent.push(name),
    graceMs,
  });
  expect(results.map(({ zombie, strategy }) => [zombie, strategy])).toEqual(
    parent.zombies.map((zombie) => [zombie, "terminate-parent"]),
  );
  expect(stoppedMicros).toBeNull();
  const [first] = results;
  return { sent, outcome: first?.outcome, detail: first?.detail, tookMs: performance.now() - at };
}
const lives = () => stateOf(parent.process.pid) === "S";

describe("terminate-parent", () => {
  test("sends SIGTERM, and nothing more to a parent that ends", async () => {
    parent = await runParent(parents.command("tidy", 2));
    const { sent } = await terminated();
    expect(sent).toEqual(["SIGTERM"]);
    expect(await parent.child.exited).toBe(0);
  });

  test("sends SIGKILL to a parent that is still there when its time is over", async () => {
    parent = await runParent(parents.command("deaf", 2));
    const { sent, tookMs } = await terminated();
    expect(sent).toEqual(["SIGTERM", "SIGKILL"]);
    expect(tookMs).toBeGreaterThanOrEqual(graceMs);
    expect(tookMs).toBeLessThan(8_000); // Less than the grace period of those who name none.
    await parent.child.exited;
    expect(parent.child.signalCode).toBe("SIGKILL");
  });

  test("sends no SIGKILL where the configuration lists signals and leaves it out", async () => {
    parent = await runParent(parents.command("deaf", 1));
    const { sent, outcome, detail } = await terminated({ allow: ["SIGTERM", "SIGHUP"] });
    expect({ sent, outcome }).toEqual({ sent: ["SIGTERM"], outcome: "refused" });
    expect(detail).toContain("the configuration allows SIGTERM, SIGHUP");
    expect(lives()).toBe(true);
  });

  test("sends nothing where SIGTERM is not allowed", async () => {
    parent = await runParent(parents.command("tidy", 1));
    const { sent, outcome, detail } = await terminated({ allow: ["SIGHUP"] });
    expect({ sent, outcome }).toEqual({ sent: [], outcome: "refused" });
    expect(detail).toContain("signals.allow");
    expect(lives()).toBe(true);
  });

  test("goes no further when nobody waits for it any longer", async () => {
    parent = await runParent(parents.command("deaf", 1));
    const { sent, outcome, detail, tookMs } = await terminated({ abort: AbortSignal.timeout(100) });
    expect({ sent, outcome }).toEqual({ sent: ["SIGTERM"], outcome: "failed" });
    expect(detail).toContain("Nobody waits any longer");
    expect(tookMs).toBeLessThan(graceMs);
    expect(lives()).toBe(true);
  });

  test("is for the parent that was meant, not for who has its pid now", async () => {
    parent = await runParent(parents.command("tidy", 1));
    const before = { ...parent.process, startTicks: parent.process.startTicks - 1 };
    parent = { ...parent, process: before };
    const { sent, outcome } = await terminated();
    expect({ sent, outcome }).toEqual({ sent: [], outcome: "refused" });
    expect(lives()).toBe(true);
  });

  test("of one that has ended sends nothing", async () => {
    parent = await runParent(parents.command("tidy", 1));
    await parent.close();
    const { sent, outcome } = await terminated();
    expect(sent).toEqual([]);
    expect(["reaped", "failed"]).toContain(outcome ?? "none"); // As quickly as pid 1 is.
  });
});
