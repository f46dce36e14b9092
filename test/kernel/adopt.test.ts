import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { visit } from "#kernel/adopt.ts";
import { libc } from "#kernel/libc.ts";
import { createParents, findWrong, isUnharmed, visitInTurn } from "../support/adoption.ts";
import { createActors, sleeperCalls } from "../support/zombies.ts";

setDefaultTimeout(120_000);

const actors = createActors();
const parents = createParents();
beforeAll(async () => {
  await Promise.all([actors.compile("sleeper"), parents.compile("steady"), parents.compile("confining")]);
});
afterEach(async () => {
  await Promise.all([actors.finish(), parents.finish()]);
});
afterAll(() => {
  actors.close();
  parents.close();
});

/** signal(7): what is "never restarted", where it has a timeout. Told to start again, each is late by what had passed. */
const startAnew = [
  ["epoll_wait-timeout", "epoll_pwait-timeout", "epoll_pwait2-timeout", "io_getevents-timeout"],
  ["recv-timeout", "accept-timeout", "semtimedop-timeout", "sigtimedwait-timeout"],
].flat();
/** Whatever stops them, they answer with the part that is done. */
const partial = ["recv-partial", "write-partial"];
/** Those two have a timeout that does not end them. */
const withTimeout = [...startAnew, "recv-data", "sigtimedwait-signal"];

const seconds = 1.4;
const after = 0.3;
/** What the calls have passed when they are visited: one that began anew would be that late. */
const passedMs = 550;
const slack = 0.4;
/** The timeouts of sockets are counted in these: 10 ms at most. */
const jiffies = 0.05;

const onX86 = process.arch === "x64";
if (!onX86) console.warn("Skipped test/kernel/adopt.test.ts: adoption is for x86-64 alone");

describe.skipIf(!onX86)("a visit to a thread that sleeps in a system call", () => {
  test.each([0, 3])(
    "collects its zombies, and the call is right in value and time, with %d more threads",
    async (threads) => {
      // The further threads keep the CPUs busy, and what is late for want of a CPU proves nothing.
      const wrong = await findWrong(sleeperCalls, (call) => visitOnce(call, threads), threads === 0 ? 34 : 12);
      expect(wrong).toEqual([]);
    },
  );

  test("has each kind of thread collect", async () => {
    const actor = await actors.sleeper("futex-infinite", { seconds: 0.8, after: 0.3, threads: 4, zombies: 4, slack });
    const { pid, tids, zombies } = await actor.ready();
    // futex, epoll, malloc, sleep; the latter two run at times.
    for (const [index, tid] of tids.slice(1).entries()) {
      for (let outcome = ""; outcome !== "done"; ) {
        const made = await visit({ pid, tid }, [zombies[index] as number]);
        if (index < 2) expect(made.outcome).toBe("done");
        outcome = made.outcome;
      }
    }
    expect(actor.zombies()).toEqual([]);
    expect(isUnharmed(pid)).toBe(true);
    expect(await actor.end()).toMatchObject({ code: 0, said: { ok: true, threadsOk: true, left: 0 } });
  });

  test("asks about children that live, or are another's, without harm to them", async () => {
    const actor = await actors.sleeper("poll-timeout", { seconds: 0.5, after: 0.3, zombies: 2, slack });
    const { pid, zombies } = await actor.ready();
    const helper = await parents.start("steady", "poll");
    await Promise.all([actor.blocked(), helper.blocked()]);
    const living = helper.lines().find((line) => "living" in line)?.["living"];
    const { answers } = await visit({ pid: helper.pid, tid: helper.pid }, [living, pid]);
    // ECHILD
    expect(answers).toEqual([0, -10]);
    expect((await visit({ pid, tid: pid }, [])).answers).toEqual([]);
    expect(actor.zombies()).toEqual(zombies);
    expect(await actor.end()).toMatchObject({ code: 0, said: { ok: true, left: 2 } });
  });

  test("is told when the thread is not as it was, and leaves it alone", async () => {
    const actor = await actors.sleeper("epoll_wait-infinite", { seconds: 0.6, after: 0.3, slack });
    const { pid, zombies } = await actor.ready();
    await actor.blocked();
    const made = await visit({ pid, tid: pid }, zombies, () => false);
    expect(made).toMatchObject({ outcome: "busy", answers: [], borrowedMicros: 0 });
    await expect(
      visit({ pid, tid: pid }, zombies, () => {
        throw new Error("of the caller");
      }),
    ).rejects.toThrow("of the caller");
    expect(isUnharmed(pid)).toBe(true);
    expect(await actor.end()).toMatchObject({ code: 0, said: { ok: true, left: 2 } });
  });

  test("stays on one thread of sexton's own, as ptrace(2) wants it", async () => {
    const SYS_gettid = 186;
    const gettid = () => libc?.syscall(SYS_gettid, 0, 0, 0, 0, 0) ?? 0;
    const actor = await actors.sleeper("pause", { seconds: 0.3, after: 0.2, slack });
    const { pid, zombies } = await actor.ready();
    await actor.blocked();
    const tids = [gettid()];
    await visit({ pid, tid: pid }, zombies, () => tids.push(gettid()) > 0);
    tids.push(gettid());
    expect(tids).toEqual(Array(3).fill(process.pid));
    expect(await actor.end()).toMatchObject({ code: 0 });
  });

  test("finds system calls that a handler of the program's own would take, and are not given to it now", async () => {
    const actor = await parents.start("confining", "dispatched", "--seconds", 1);
    const { pid, zombies } = await actor.ready();
    await actor.blocked();
    expect(await visit({ pid, tid: pid }, zombies)).toMatchObject({ outcome: "done", answers: [0, 0, 0] });
    expect(await actor.end()).toMatchObject({ code: 0, said: { ok: true, dispatched: 1 } });
  });
});

/** What is wrong; null: nothing. On a machine that is too busy, the call may have ended before it was its turn. */
async function visitOnce(call: string, threads: number, tries = 3): Promise<unknown> {
  const startedAt = performance.now();
  const actor = await actors.sleeper(call, { seconds, threads, zombies: 3, after, slack });
  const { pid, zombies } = await actor.ready();
  const isBlocked = await actor.blocked().then(
    () => true,
    () => false,
  );
  if (!isBlocked && tries > 1) return visitOnce(call, threads, tries - 1);
  await Bun.sleep(passedMs);
  const made = await visitInTurn({ pid, tid: pid }, zombies);
  const passedSeconds = (performance.now() - startedAt) / 1000;
  const left = actor.zombies();
  const unharmed = isUnharmed(pid);
  const result = await actor.result();
  if (passedSeconds > seconds && tries > 1) return visitOnce(call, threads, tries - 1);
  if (partial.includes(call)) {
    const isLeftAlone = made.outcome === "busy" && made.answers.length === 0 && left.length === 3;
    const isPart = result.returned > 0 && result.returned < result.expected;
    return unharmed && isLeftAlone && isPart ? null : { made, left, unharmed, result };
  }
  const { said } = await actor.end();
  const isVisited = made.outcome === "done" && `${made.answers}` === "0,0,0" && left.length === 0;
  const isTold = made.startedAnew === withTimeout.includes(call);
  const { ok, wrong, lateSeconds } = result;
  const isRight = startAnew.includes(call)
    ? lateSeconds > 0.1 && lateSeconds <= passedSeconds + jiffies && (ok || `${wrong}` === "it returned late")
    : ok && said["ok"] === true;
  const goesOn = said["threadsOk"] === true && said["lateTicks"] === 0 && actor.ticks() === 3;
  return isVisited && isTold && isRight && unharmed && goesOn ? null : { made, left, unharmed, result, said };
}
