import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { visit } from "#kernel/adopt.ts";
import type { Actor } from "../support/actor.ts";
import { createParents, isUnharmed, threadsOf } from "../support/adoption.ts";
import { eventually } from "../support/poll.ts";
import { stateOf, tracerOf } from "../support/process-state.ts";
import { createActors } from "../support/zombies.ts";

setDefaultTimeout(60_000);

const actors = createActors();
const parents = createParents();
afterEach(async () => {
  await Promise.all([actors.finish(), parents.finish()]);
});
afterAll(() => {
  actors.close();
  parents.close();
});

const onX86 = process.arch === "x64";
if (!onX86) console.warn("Skipped test/kernel/adopt-endings.test.ts: adoption is for x86-64 alone");

/** Children that it does not have: each takes as long as one that it has. */
const strangers = [1, 1, 1];

type Choice = "the main thread" | "any thread";
/** Visits whoever `actor` says is the parent now, until it has said its end. */
async function haunt(actor: Actor, choice: Choice): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  const isOver = () => actor.lines().at(-1)?.["end"] === true;
  for (let at = 0; !isOver(); at++, await Bun.sleep(0)) {
    const pid = actor.lines().at(-1)?.["parent"] ?? 0;
    const tids = threadsOf(pid);
    if (tids.length === 0) continue;
    const tid = choice === "any thread" ? (tids[at % tids.length] as number) : pid;
    const { outcome } = await visit({ pid, tid }, strangers);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return outcomes;
}

describe.skipIf(!onX86)("a parent that ends while it is visited", () => {
  const choices: Choice[] = ["the main thread", "any thread"];
  const ends = ["kill", "exit", "exec", "crash"].flatMap((end) => choices.map((choice) => [end, choice] as const));

  test.each(ends)("by %s is heard of by its own parent, at once and rightly; visits to %s", async (end, choice) => {
    const actor = await parents.start("endings", end, "--rounds", 60);
    const outcomes = await haunt(actor, choice);
    expect((await actor.end()).said).toMatchObject({ ok: true, wrong: 0, hung: 0 });
    expect(outcomes["done"]).toBeGreaterThan(50);
    // Some were gone in the middle.
    expect(outcomes["gone"]).toBeGreaterThan(0);
    expect(outcomes["failed"] ?? 0).toBe(0);
  });

  test("is left to whoever waits for sexton's own children", async () => {
    const path = await parents.compile("steady");
    const codes: unknown[] = [];
    let gone = 0;
    for (let round = 0; round < 60; round++) {
      const child = Bun.spawn([path, "nanosleep", "--zombies", "0"], { stdin: "pipe", stdout: "ignore" });
      await eventually("its sleep", () => stateOf(child.pid) === "S");
      let isVisited = true;
      const visiting = (async () => {
        for (let outcome = ""; isVisited && outcome !== "gone" && outcome !== "denied"; await Bun.sleep(0)) {
          outcome = (await visit({ pid: child.pid, tid: child.pid }, strangers)).outcome;
          if (outcome === "gone") gone++;
        }
      })();
      await Bun.sleep(Math.random() * 3);
      child.kill("SIGKILL");
      await child.exited;
      isVisited = false;
      await visiting;
      codes.push(child.signalCode);
    }
    expect(codes).toEqual(Array(60).fill("SIGKILL"));
    expect(gone).toBeGreaterThan(0);
  });
});

describe.skipIf(!onX86)("a parent that cannot stop", () => {
  test("is let go when it can, and nobody waits for that", async () => {
    const actor = await actors.hostile("dstate", { seconds: 0.8, zombies: 2 });
    const { pid, zombies } = await actor.ready();
    await eventually("the vfork", () => stateOf(pid) === "D");
    const startedAt = performance.now();
    expect(await visit({ pid, tid: pid }, zombies)).toMatchObject({ outcome: "late", answers: [], stoppedMicros: 0 });
    expect(performance.now() - startedAt).toBeLessThan(600);
    expect(await visit({ pid, tid: pid }, zombies)).toMatchObject({ outcome: "late", answers: [] });
    // In the vfork still.
    expect(tracerOf(pid)).toBe(process.pid);
    await eventually("it to be let go", () => isUnharmed(pid));
    expect(await actor.end()).toMatchObject({ code: 0, said: { ok: true } });
    expect(zombies).toHaveLength(2);
  });

  for (const version of [1, 2] as const) {
    const folder = freezerFolder(version);
    if (folder === null) console.warn(`Skipped: there is no freezer of cgroup v${version} that this user may use`);
    test.skipIf(folder === null)(`since its cgroup is frozen is let go as it was (v${version})`, async () => {
      const cgroup = `${folder}/sexton-adopt-${process.pid}`;
      mkdirSync(cgroup);
      const [file, on, off] = version === 2 ? ["cgroup.freeze", "1", "0"] : ["freezer.state", "FROZEN", "THAWED"];
      const freeze = (text: string) => writeFileSync(`${cgroup}/${file}`, text);
      try {
        const actor = await actors.sleeper("poll-timeout", { seconds: 2, zombies: 2, after: 0.2, slack: 0.6 });
        const { pid, zombies } = await actor.ready();
        await actor.blocked();
        writeFileSync(`${cgroup}/cgroup.procs`, `${pid}`);
        freeze(on as string);
        await eventually("the frost", () =>
          version === 2 ? /get_signal|freez/.test(read(`/proc/${pid}/wchan`)) : stateOf(pid) === "D",
        );
        expect(await visit({ pid, tid: pid }, zombies)).toMatchObject({ outcome: "late", answers: [] });
        if (version === 2) await eventually("it to be let go", () => tracerOf(pid) === 0);
        expect(actor.zombies()).toEqual(zombies);
        freeze(off as string);
        await eventually("it to be let go", () => isUnharmed(pid));
        expect(await actor.result()).toMatchObject({ ok: true, returned: 0 });
        expect(await actor.end()).toMatchObject({ code: 0, said: { left: 2 } });
      } finally {
        freeze(off as string);
        await actors.finish();
        await eventually("the cgroup to be empty", () => read(`${cgroup}/cgroup.procs`) === "");
        rmdirSync(cgroup);
      }
    });
  }
});

function read(path: string): string {
  return readFileSync(path, "utf8");
}

/** Where cgroups can be made that freeze their members; null: nowhere. */
function freezerFolder(version: 1 | 2): string | null {
  const mounts = read("/proc/self/mounts")
    .split("\n")
    .map((line) => line.split(" "));
  const mount = mounts.find(
    ([, , type, options]) =>
      (version === 2 && type === "cgroup2") ||
      (version === 1 && type === "cgroup" && /\bfreezer\b/.test(options ?? "")),
  );
  const path = mount?.[1];
  if (path === undefined || process.geteuid?.() !== 0 || mount?.[3]?.startsWith("ro")) return null;
  return existsSync(`${path}/cgroup.procs`) ? path : null;
}
