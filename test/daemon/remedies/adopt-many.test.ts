import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { adopt } from "#daemon/remedies/adopt.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { findWrong, isUnharmed, parentOf, zombiesOf } from "../../support/adoption.ts";
import { isZombie, stateOf } from "../../support/process-state.ts";
import { createActors } from "../../support/zombies.ts";

setDefaultTimeout(60_000);

const actors = createActors();
afterEach(actors.finish);
afterAll(actors.close);

const onX86 = process.arch === "x64";
if (!onX86) console.warn("Skipped test/daemon/remedies/adopt-many.test.ts: adoption is for x86-64 alone");

const root = procRoot();
const adoptOf = async (pid: number, pids: readonly number[]) => {
  const parent = parentOf(pid);
  const attempt = await adopt(root, parent, zombiesOf(parent, pids), process.pid, () => false);
  return { ...attempt, outcomes: attempt.results.map(({ outcome }) => outcome) };
};

describe.skipIf(!onX86)("adopt()", () => {
  test("collects of a hundred parents at once", async () => {
    const actor = await actors.hostile("many", { seconds: 1.5 });
    await actor.ready();
    const pairs = actor.lines().find((line) => "parents" in line)?.["parents"] as [number, number][];
    expect(pairs).toHaveLength(100);
    const attempts = await Promise.all(pairs.map(([parent, zombie]) => adoptOf(parent, [zombie])));
    expect(attempts.flatMap(({ outcomes }) => outcomes)).toEqual(Array(100).fill("reaped"));
    expect(pairs.filter(([parent, zombie]) => !isUnharmed(parent) || isZombie(zombie))).toEqual([]);
    // Each of them says to its own parent that its read(2) has answered as it should.
    expect(await actor.end()).toMatchObject({ code: 0, said: { ok: true } });
    expect(actor.lines().find((line) => "right" in line)?.["right"]).toBe(100);
  });

  test("collects 1,000 zombies of each of three", async () => {
    const calls = ["clock_nanosleep", "read-pipe", "epoll_wait-infinite"];
    const wrong = await findWrong(
      calls,
      async (call) => {
        const actor = await actors.sleeper(call, { seconds: 3, zombies: 1_000, after: 0.3, slack: 1 });
        const { pid, zombies } = await actor.ready();
        await actor.blocked();
        const { outcomes, stoppedMicros } = await adoptOf(pid, zombies);
        console.info(`1,000 zombies of ${call}: stopped for ${Math.round((stoppedMicros ?? 0) / 1000)} ms altogether`);
        const left = zombies.filter((zombie) => stateOf(zombie) !== null);
        const unharmed = isUnharmed(pid);
        const { code, said } = await actor.end();
        const isReaped = outcomes.length === 1_000 && outcomes.every((outcome) => outcome === "reaped");
        return isReaped && left.length === 0 && unharmed && code === 0 && said["left"] === 0
          ? null
          : { outcomes, said };
      },
      calls.length,
    );
    expect(wrong).toEqual([]);
  });

  test("has a call that begins its timeout anew end nevertheless", async () => {
    const seconds = 1.5;
    const actor = await actors.sleeper("epoll_wait-timeout", { seconds, zombies: 30, after: 0.3, slack: 9, repeat: 2 });
    const { pid, zombies } = await actor.ready();
    await actor.blocked();
    const left = [...zombies];
    const refusals = new Set<string>();
    let results = 0;
    const ended = (async () => {
      for (const wanted of [1, 2]) {
        await actor.result();
        results = wanted;
      }
    })();
    // One each 300 ms would put the end off for good.
    while (left.length > 0 && results < 2) {
      const { results: found } = await adoptOf(pid, left.slice(0, 1));
      if (found[0]?.outcome === "reaped") left.shift();
      else refusals.add(found[0]?.detail ?? "");
      await Bun.sleep(300);
    }
    await ended;
    expect([...refusals].join()).toMatch(/^No thread of .* sleeps in a system call that is known to go on unharmed/);
    expect(left.length).toBeLessThan(25);
    const calls = actor.lines().filter((line) => "returned" in line);
    expect(calls.map(({ returned }) => returned)).toEqual([0, 0]);
    // The time that had passed when it was first visited, and the visits of a second.
    for (const { lateSeconds } of calls) expect(lateSeconds).toBeLessThan(seconds + 1.5);
    expect(await actor.end()).toMatchObject({ code: 0, said: { ok: true } });
  });
});
