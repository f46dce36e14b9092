import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { visit } from "#kernel/adopt.ts";
import type { Actor } from "../support/actor.ts";
import { createParents, findWrong, isUnharmed, visitInTurn } from "../support/adoption.ts";
import { createActors, sleeperCalls } from "../support/zombies.ts";

setDefaultTimeout(120_000);

const actors = createActors();
const parents = createParents();
beforeAll(async () => {
  await Promise.all([actors.compile("sleeper"), actors.compile("hostile"), parents.compile("interrupted")]);
});
afterEach(async () => {
  await Promise.all([actors.finish(), parents.finish()]);
});
afterAll(() => {
  actors.close();
  parents.close();
});

const onX86 = process.arch === "x64";
if (!onX86) console.warn("Skipped test/kernel/adopt-again.test.ts: adoption is for x86-64 alone");

/** Each visit begins their timeout anew; or they answer with a part at the first. Another test is about them. */
const others = /^(epoll_.*|recv|accept|semtimedop|sigtimedwait|io_getevents)-timeout$|-partial$/;
const visits = 5;
const seconds = 1.4;
const SIGRTMIN = 34;

/** What is wrong; null: nothing. On a machine that is too busy, the call may have ended before the last visit. */
async function visitOften(call: string, tries = 3): Promise<unknown> {
  const startedAt = performance.now();
  const actor = await actors.sleeper(call, { seconds, zombies: visits, after: 0.3, slack: 0.3 });
  const { pid, zombies } = await actor.ready();
  const isBlocked = await actor.blocked().then(
    () => true,
    () => false,
  );
  if (!isBlocked && tries > 1) return visitOften(call, tries - 1);
  const outcomes: string[] = [];
  for (const zombie of zombies) {
    await Bun.sleep(100);
    const { outcome, answers } = await visitInTurn({ pid, tid: pid }, [zombie]);
    outcomes.push(`${outcome} ${answers}`);
  }
  const passedSeconds = (performance.now() - startedAt) / 1000;
  const unharmed = isUnharmed(pid);
  const result = await actor.result();
  const { code, said } = await actor.end();
  if (passedSeconds > seconds && tries > 1) return visitOften(call, tries - 1);
  const isVisited = outcomes.every((outcome) => outcome === "done 0") && outcomes.length === visits;
  const isRight = result.ok && code === 0 && said["left"] === 0 && actor.ticks() === 3;
  return isVisited && isRight && unharmed ? null : { outcomes, unharmed, result, said };
}

/** Visits it for as long as it lives, one zombie at a time, then children that it does not have. */
async function haunt(actor: Actor, pauseMs = 0): Promise<Record<string, number>> {
  const { pid, zombies } = await actor.ready();
  const left = [...zombies];
  const outcomes: Record<string, number> = {};
  for (let isAlive = true; isAlive; await Bun.sleep(pauseMs)) {
    const { outcome, answers } = await visit({ pid, tid: pid }, [left[0] ?? 1]);
    if (answers.length > 0) left.shift();
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    isAlive = outcome !== "gone" && outcome !== "denied";
  }
  return outcomes;
}

describe.skipIf(!onX86)("visits again and again", () => {
  test("leave a call right in value and time while it blocks", async () => {
    const calls = sleeperCalls.filter((call) => !others.test(call));
    expect(calls.length).toBeGreaterThan(50);
    expect(await findWrong(calls, (call) => visitOften(call), 34)).toEqual([]);
  });

  test("let a call with a timeout of its own end when they end", async () => {
    const actor = await actors.sleeper("epoll_wait-timeout", { seconds: 0.4, zombies: 6, after: 0.2, slack: 9 });
    const { pid, zombies } = await actor.ready();
    await actor.blocked();
    for (const zombie of zombies) {
      await Bun.sleep(200);
      expect(await visit({ pid, tid: pid }, [zombie])).toMatchObject({ outcome: "done", startedAnew: true });
    }
    // Three times over, it would have ended.
    expect(await actor.result()).toMatchObject({ ok: true, returned: 0 });
    expect(await actor.end()).toMatchObject({ code: 0, said: { left: 0 } });
  });

  test.each(["storm", "storm-realtime"])("lose no signal, and add none: %s", async (mode) => {
    const actor = await actors.hostile(mode, { seconds: 1, zombies: 8 });
    const outcomes = await haunt(actor);
    const { code, said } = await actor.end();
    // Real-time signals: as many handled as were sent, which the actor itself compares.
    expect({ code, ok: said["ok"] }).toEqual({ code: 0, ok: true });
    expect(outcomes["done"]).toBeGreaterThan(20);
    expect(outcomes["signalled"]).toBeGreaterThan(0);
    expect(outcomes["failed"] ?? 0).toBe(0);
    expect(actor.ticks()).toBeGreaterThan(5);
  });

  const interruptible = ["epoll_wait", "recv", "read"];

  test.each(interruptible)("lose no signal of those that come for %s, in their order", async (call) => {
    const actor = await parents.start("interrupted", call, "--signals", 600);
    const outcomes = await haunt(actor);
    const { code, said } = await actor.end();
    expect({ code, said }).toMatchObject({ code: 0, said: { handled: 600, disorder: 0, odd: 0 } });
    // The rest came between the restart of the call and its sleep, as signals may at any time.
    expect(said["interrupted"]).toBeGreaterThan(0);
    expect(outcomes["signalled"]).toBeGreaterThan(20);
  });

  test.each(interruptible)("leave it to a signal to interrupt %s", async (call) => {
    const actor = await parents.start("interrupted", call, "--signals", 0, "--stay", 0.6);
    const { pid, zombies } = await actor.ready();
    await actor.blocked();
    // It is sent when the thread stands still, and so comes before waitid does.
    const made = await visit({ pid, tid: pid }, zombies, () => process.kill(pid, SIGRTMIN));
    expect(made).toMatchObject({ outcome: "signalled", answers: [] });
    expect((await actor.end()).said).toMatchObject({ handled: 1, interrupted: 1, restarted: 0, odd: 0 });
  });

  test("leave a parent that is stopped and continued all the while as it was", async () => {
    const actor = await actors.sleeper("poll-timeout", { seconds: 1, zombies: 8, after: 0.3, slack: 1 });
    const { pid } = await actor.ready();
    await actor.blocked();
    const haunting = haunt(actor);
    for (let stops = 0; stops < 40; stops++) {
      actor.signal("SIGSTOP");
      await Bun.sleep(Math.random() * 5);
      actor.signal("SIGCONT");
      await Bun.sleep(Math.random() * 5);
    }
    expect(await actor.result()).toMatchObject({ ok: true, returned: 0 });
    expect(isUnharmed(pid)).toBe(true);
    expect(await actor.end()).toMatchObject({ code: 0, said: { left: 0 } });
    const outcomes = await haunting;
    expect(outcomes["done"]).toBeGreaterThan(20);
    expect(outcomes["stopped"]).toBeGreaterThan(0);
  });

  test("of several at once do not get into each other's way", async () => {
    const calls = ["nanosleep", "registers-nanosleep", "registers-futex", "registers-poll", "registers-read", "flock"];
    const asleep = await Promise.all(
      calls.map(async (call) => {
        const actor = await actors.sleeper(call, { seconds: 0.9, zombies: 16, after: 0.2, slack: 0.6 });
        const { pid, zombies } = await actor.ready();
        await actor.blocked();
        return { actor, pid, zombies };
      }),
    );
    const made = await Promise.all(asleep.map(({ pid, zombies }) => visit({ pid, tid: pid }, zombies)));
    expect(made.map(({ outcome }) => outcome)).toEqual(calls.map(() => "done"));
    for (const { actor } of asleep) expect(await actor.end()).toMatchObject({ code: 0, said: { ok: true, left: 0 } });
  });

  test("of one process take turns", async () => {
    const actor = await actors.sleeper("futex-infinite", { seconds: 0.5, threads: 2, after: 0.2, slack: 1 });
    const { pid, tids, zombies } = await actor.ready();
    await actor.blocked();
    const made = await Promise.all(tids.slice(0, 2).map((tid) => visit({ pid, tid }, zombies)));
    expect(made.map(({ outcome }) => outcome)).toEqual(["done", "late"]);
    expect(await actor.end()).toMatchObject({ code: 0, said: { ok: true, left: 0 } });
  });
});
