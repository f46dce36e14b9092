import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import type { Actor } from "../support/actor.ts";
import { createParents, isUnharmed } from "../support/adoption.ts";
import { eventually } from "../support/poll.ts";
import { isZombie, stateOf } from "../support/process-state.ts";

setDefaultTimeout(120_000);

const parents = createParents();
afterEach(parents.finish);
afterAll(parents.close);

const onX86 = process.arch === "x64";
if (!onX86) console.warn("Skipped test/kernel/adopt-deaths.test.ts: adoption is for x86-64 alone");

const calls = ["nanosleep", "poll", "epoll_wait", "futex", "read"];
const program = (name: string) => join(import.meta.dir, "..", "programs", `adopt-${name}.ts`);

/** One parent for each call, that sleeps in it again and again. */
async function startParents() {
  const actors = await Promise.all(calls.map((call) => parents.start("steady", call)));
  const pairs = await Promise.all(
    actors.map(async (actor) => {
      const { pid } = await actor.ready();
      return `${pid}:${actor.lines().find((line) => "living" in line)?.["living"]}`;
    }),
  );
  return { actors, pairs };
}

/** A process that attaches to parents. */
function startTracer(name: string, args: readonly string[]) {
  return Bun.spawn([process.execPath, program(name), ...args], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
}

function hasDied({ pid }: Actor): boolean {
  return stateOf(pid) === null || isZombie(pid);
}

interface Toll {
  died: number;
  right: number;
  zero: number;
  gaveUp: number;
  other: number;
}

/** What has become of them and of all their calls. Each goes on calling until it is told to end. */
async function reckon(actors: readonly Actor[]): Promise<Toll> {
  const toll = { died: 0, right: 0, zero: 0, gaveUp: 0, other: 0 };
  for (const actor of actors) {
    if (hasDied(actor)) {
      toll.died++;
      continue;
    }
    await eventually(`process ${actor.pid} to be let go`, () => isUnharmed(actor.pid));
    const before = actor.ticks();
    await eventually(`process ${actor.pid} to go on`, () => actor.ticks() > before);
    actor.write("x");
    const { said } = await actor.end();
    toll.right += said["right"];
    toll.zero += said["zero"];
    toll.gaveUp += said["gaveUp"];
    toll.other += said["other"];
  }
  return toll;
}

const stages = [
  ["seized", "interrupted", "stopped", "lent", "entering", "entered", "leaving", "left"],
  ["lent again", "entering again", "entered again", "leaving again", "left again", "returned"],
].flat();
/** Those at which the registers are not, or not any more, the borrowed ones. */
const harmless = ["seized", "interrupted", "stopped", "returned"];
/** Nobody has told epoll_wait(2) to start again yet, which gives up whenever it is stopped. */
const untold = ["interrupted", "stopped"];
const rounds = 10;

describe.skipIf(!onX86)("whoever visits a parent and is killed", () => {
  test.each(stages)("with it %s leaves it running, untraced, and its call with its answer or 0", async (stage) => {
    const { actors, pairs } = await startParents();
    for (let round = 0; round < rounds; round++) {
      const tracer = startTracer("die", [stage, ...pairs]);
      await tracer.exited;
      expect(tracer.signalCode).toBe("SIGKILL");
      expect(actors.filter(hasDied)).toEqual([]);
      await eventually("all to be let go", () => actors.every(({ pid }) => isUnharmed(pid)));
    }
    const { died, right, zero, gaveUp, other } = await reckon(actors);
    expect({ died, other }).toEqual({ died: 0, other: 0 });
    expect(right).toBeGreaterThan(50);
    if (harmless.includes(stage)) expect(zero).toBe(0);
    else expect(zero).toBeGreaterThan(0);
    expect(gaveUp).toBeLessThanOrEqual(untold.includes(stage) ? rounds : 0);
  });

  test("at 200 random moments leaves all of them running and untraced", async () => {
    const kills = 100;
    const tolls = await Promise.all(
      [1, 2].map(async () => {
        const { actors, pairs } = await startParents();
        let stuck = 0;
        for (let kill = 0; kill < kills; kill++) {
          const tracer = startTracer("haunt", pairs);
          await tracer.stdout.getReader().read();
          await Bun.sleep(Math.random() * 15);
          tracer.kill("SIGKILL");
          await tracer.exited;
          stuck += actors.filter((actor) => !hasDied(actor) && !isUnharmed(actor.pid)).length;
        }
        return { stuck, ...(await reckon(actors)) };
      }),
    );
    const sum = (name: keyof Toll | "stuck") => tolls.reduce((total, toll) => total + toll[name], 0);
    console.info(
      `Of ${2 * kills} tracers killed: ${sum("died")} of ${2 * calls.length} parents died, ${sum("stuck")} stayed stopped or ` +
        `traced, ${sum("zero")} of ${sum("right") + sum("zero")} calls answered 0 before their time, ` +
        `${sum("gaveUp")} gave up with EINTR`,
    );
    expect({ died: sum("died"), stuck: sum("stuck"), other: sum("other") }).toEqual({ died: 0, stuck: 0, other: 0 });
  });

  test("has had its registers for so long", async () => {
    const { actors, pairs } = await startParents();
    const tracer = startTracer("haunt", pairs);
    const output = tracer.stdout.text();
    await Bun.sleep(2_000);
    void tracer.stdin.end();
    const borrowed = (JSON.parse((await output).split("\n")[1] as string) as number[]).sort((a, b) => a - b);
    const percentile = (part: number) => borrowed[Math.floor((borrowed.length - 1) * part)];
    console.info(
      `Registers borrowed for 16 children, ${borrowed.length} visits: p50 ${percentile(0.5)} us, p99 ${percentile(0.99)} us`,
    );
    expect(borrowed.length).toBeGreaterThan(50);
    expect(await reckon(actors)).toMatchObject({ died: 0, zero: 0, other: 0 });
  });
});
