import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { adopt } from "#daemon/remedies/adopt.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { Actor } from "../../support/actor.ts";
import { findWrong, isUnharmed, parentOf, zombiesOf } from "../../support/adoption.ts";
import { eventually } from "../../support/poll.ts";
import { isZombie } from "../../support/process-state.ts";
import { type Runtime, runtimes } from "../../support/runtimes.ts";
import { createActors } from "../../support/zombies.ts";

setDefaultTimeout(120_000);

const actors = createActors();
afterEach(actors.finish);
afterAll(actors.close);

const onX86 = process.arch === "x64";
if (!onX86) console.warn("Skipped test/daemon/remedies/adopt-runtimes.test.ts: adoption is for x86-64 alone");

const root = procRoot();
const orphans = 60;
const atOnce = 6;
/** They go on for five of these after the last visit. */
const seconds = 7;

/** Those that a busy machine did not let be collected are tried again, as sexton does. */
const mostTries = 20;

/** A few at a time, in many visits over a second. What was in the way, if anything was. */
async function adoptAll(actor: Actor) {
  const { pid, zombies } = await actor.ready();
  const parent = parentOf(pid);
  const obstacles: string[] = [];
  for (let left = zombies, tries = 0; left.length > 0 && tries < mostTries; left = left.filter(isZombie), tries++) {
    const found = zombiesOf(parent, left);
    for (let at = 0; at < found.length; at += atOnce, await Bun.sleep(100)) {
      const { results } = await adopt(root, parent, found.slice(at, at + atOnce), process.pid, () => false);
      obstacles.push(...results.flatMap(({ outcome, detail }) => (outcome === "reaped" ? [] : [detail])));
    }
  }
  return obstacles;
}

/** What is wrong; null: nothing. */
async function tryRuntime(runtime: Runtime): Promise<unknown> {
  const actor = await actors.runtime(runtime, { seconds, zombies: orphans });
  const { pid, zombies } = await actor.ready();
  await actor.blocked();
  const obstacles = await adoptAll(actor);
  const left = zombies.filter(isZombie);
  // A visit that came too late leaves once the thread has had its turn.
  const unharmed = await eventually("it to be let go", () => isUnharmed(pid)).catch(() => false);
  const ticksThen = actor.ticks();
  actor.write("sexton\n");
  const { code, said } = await actor.end();
  const isSilent = runtime.name === "sh exec";
  const isWell = code === 0 && (isSilent || said["ok"] === true);
  const isWhole = runtime.name.startsWith("sh") || actor.ticks() === seconds * 10;
  return left.length === 0 && unharmed && isWell && isWhole
    ? null
    : { obstacles, left, unharmed, code, said, ticks: [ticksThen, actor.ticks()] };
}

describe.skipIf(!onX86)("adopt() collects 60 zombies of a runtime, which goes on as it did", () => {
  // Where CI runs, only what is large may be missing.
  const isMissing = ({ name, interpreter }: Runtime) => interpreter === null && (name === "java" || !process.env["CI"]);
  const present = runtimes.filter((each) => !isMissing(each));

  test(present.map(({ name }) => name).join(", "), async () => {
    expect(await findWrong(present, tryRuntime, present.length)).toEqual([]);
  });

  for (const { name } of runtimes.filter(isMissing)) {
    test.skip(`${name}: this machine has nothing that runs it`, () => {});
  }
});
