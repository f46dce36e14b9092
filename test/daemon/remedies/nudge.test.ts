import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { createPerformer } from "#daemon/perform.ts";
import { nudge } from "#daemon/remedies/nudge.ts";
import type { SignalName } from "#process/signal.ts";
import { compileParent } from "../../support/parent.ts";
import { eventually } from "../../support/poll.ts";
import { isZombie } from "../../support/process-state.ts";
import { type RunningParent, root, runParent } from "../../support/running-parent.ts";

const parents = compileParent();
let parent: RunningParent;
afterEach(() => parent.close());
afterAll(() => parents.close());

const performer = createPerformer(root, Date.now, process.pid);
async function nudged(allow: readonly SignalName[] | null = null, abort = new AbortController().signal) {
  const { results } = await nudge(root, parent.process, parent.zombies, { performer, settings: { allow }, abort });
  return results.map(({ strategy, outcome, detail }) => {
    expect(strategy).toBe("nudge");
    expect(detail).toMatch(/\.$/);
    return outcome;
  });
}
const left = () => parent.zombies.filter(({ process }) => isZombie(process.pid)).length;
/** How many signals it has said that it took; it says so after it took them. */
const taken = () =>
  Number(
    parent
      .said(/^taken/)
      .at(-1)
      ?.split(" ")[1] ?? 0,
  );

describe("nudge", () => {
  test("is repeated as long as it helps: one signal for each child", async () => {
    parent = await runParent(parents.command("handler", 12));
    const at = performance.now();
    expect(await nudged()).toEqual(Array(12).fill("reaped"));
    // Nobody waits for longer than the handler takes.
    expect(performance.now() - at).toBeLessThan(2_000);
    expect(left()).toBe(0);
    await eventually("twelve signals", () => taken() === 12);
  });

  test("is sent once where it is in vain", async () => {
    parent = await runParent(parents.command("vain", 5));
    expect(await nudged()).toEqual(Array(5).fill("failed"));
    await eventually("a signal", () => taken() > 0);
    await Bun.sleep(300);
    expect([taken(), left()]).toEqual([1, 5]);
  });

  test("is refused, and not sent, where nothing handles it or it is not allowed", async () => {
    parent = await runParent(parents.command("never", 2));
    expect(await nudged()).toEqual(["refused", "refused"]);
    await parent.close();
    parent = await runParent(parents.command("handler", 2));
    expect(await nudged(["SIGHUP"])).toEqual(["refused", "refused"]);
    expect(await nudged(["SIGCHLD"])).toEqual(["reaped", "reaped"]);
  });

  test("is for the parent that was meant, not for who has its pid now", async () => {
    parent = await runParent(parents.command("handler", 1));
    const before = { ...parent.process, startTicks: parent.process.startTicks - 1 };
    parent = { ...parent, process: before };
    expect(await nudged()).toEqual(["refused"]);
    expect(left()).toBe(1);
  });

  test("ends with who asked for it", async () => {
    parent = await runParent(parents.command("handler", 3));
    expect(await nudged(null, AbortSignal.abort())).toEqual(["failed", "failed", "failed"]);
    expect(left()).toBe(3);
  });
});
