import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { adopt } from "#daemon/remedies/adopt.ts";
import { readParentFacts } from "#daemon/zombies/parent-facts.ts";
import { type ProcRoot, procRoot } from "#kernel/procfs/root.ts";
import { refuseAdoption } from "#policy/remedy.ts";
import type { Actor } from "../../support/actor.ts";
import { createParents, findWrong, isUnharmed, parentOf, zombiesOf } from "../../support/adoption.ts";
import { eventually } from "../../support/poll.ts";
import { isZombie, stateOf, statusOf, tracerOf } from "../../support/process-state.ts";
import { createActors } from "../../support/zombies.ts";

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
const asRoot = process.geteuid?.() === 0;
if (!onX86) console.warn("Skipped test/daemon/remedies/adopt.test.ts: adoption is for x86-64 alone");
if (!asRoot) console.warn("Skipped parents of other users: only root can start them");

const root = procRoot();
const never = () => false;

/** Outcomes by their number, and the first reason for what was not collected. */
async function adoptOf(pid: number, pids: readonly number[], by: ProcRoot = root) {
  const parent = parentOf(pid);
  const { results, stoppedMicros } = await adopt(by, parent, zombiesOf(parent, pids), process.pid, never);
  const counts: Record<string, number> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return { counts, why: results.find(({ outcome }) => /refused|failed/.test(outcome))?.detail ?? null, stoppedMicros };
}

function refusalOf(pid: number): string | null {
  const facts = readParentFacts(root, parentOf(pid), process.pid);
  return facts && (refuseAdoption(facts)?.detail ?? null);
}

/** It goes on for its time, as if nothing had been. */
async function isWell(actor: Actor, ticks = 5): Promise<boolean> {
  const { code, said } = await actor.end();
  return code === 0 && said["ok"] === true && actor.ticks() >= ticks;
}

describe.skipIf(!onX86)("adopt() collects from a parent that is", () => {
  const easy = ["plain", "sigtrap-ignored", "sigtrap-blocked", "sigtrap-caught", "churn", "exec", "sigchld-handler"];
  const possible = [...easy, ...(asRoot ? ["nondumpable", "other-uid"] : [])];

  test(possible.join(", "), async () => {
    const wrong = await findWrong(
      possible,
      async (mode) => {
        const actor = await actors.hostile(mode, { seconds: 1.5, zombies: 20, threads: mode === "plain" ? 4 : 0 });
        const { pid, zombies } = await actor.ready();
        const first = await adoptOf(pid, zombies);
        // One that is another program each 10 ms may take more than one try.
        if (mode === "exec") await adoptOf(pid, zombies);
        const left = zombies.filter(isZombie);
        const unharmed = isUnharmed(pid);
        return left.length === 0 && unharmed && (await isWell(actor)) ? null : { first, left, unharmed };
      },
      possible.length,
    );
    expect(wrong).toEqual([]);
  });

  test("sent 2,000 signals a second, as far as they let it", async () => {
    const wrong = await findWrong(
      ["storm", "storm-realtime"],
      async (mode) => {
        const actor = await actors.hostile(mode, { seconds: 2.5, zombies: 20 });
        const { pid, zombies } = await actor.ready();
        while (zombies.some(isZombie) && isUnharmed(pid) && actor.ticks() < 20) await adoptOf(pid, zombies);
        const left = zombies.filter(isZombie).length;
        return left < 20 && (await isWell(actor, 15)) ? null : { left };
      },
      2,
    );
    expect(wrong).toEqual([]);
  });

  test("a parent that collects at random: what is gone is no error, what it got is its own", async () => {
    const actor = await actors.hostile("reaper", { seconds: 1.5, zombies: 30 });
    const { pid } = await actor.ready();
    const total: Record<string, number> = {};
    while (tracerOf(pid) !== null && !isZombie(pid)) {
      const children = childrenOf(pid).filter(isZombie);
      const { counts } = await adoptOf(pid, children).catch(() => ({ counts: {} as Record<string, number> }));
      for (const [outcome, count] of Object.entries(counts)) total[outcome] = (total[outcome] ?? 0) + count;
      await Bun.sleep(5);
    }
    const { code, said } = await actor.end();
    const summary = actor.lines().find((line) => "stolen" in line) ?? {};
    expect({ code, ok: said["ok"], wrong: summary["wrong"] }).toEqual({ code: 0, ok: true, wrong: 0 });
    expect(total["reaped"]).toBeGreaterThan(20);
    // What it misses is what was told to be reaped, but for the 30 that it never waits for.
    expect(total["reaped"]).toBe(summary["stolen"] + 30 - actor.zombies().length);
  });
});

describe.skipIf(!onX86)("adopt() leaves alone, and says why, a parent that", () => {
  const seccomp = ["seccomp-kill", "seccomp-trap", "seccomp-errno", "seccomp-allow", "seccomp-strict"];
  const cases: [string, RegExp][] = [
    ["stopped", /is stopped\. Continue it/],
    ["traced", /is traced by process \d+ already/],
    ["dstate", /No thread of .* sleeps in a system call/],
    ["busy", /No thread of .* sleeps in a system call/],
    ...seccomp.map((mode): [string, RegExp] => [mode, /has a seccomp filter/]),
  ];

  test(`is one of ${cases.map(([mode]) => mode).join(", ")}`, async () => {
    const wrong = await findWrong(
      cases,
      async ([mode, reason]) => {
        const actor = await actors.hostile(mode, { seconds: 2, zombies: 3 });
        const { pid, zombies } = await actor.ready();
        await eventually(`${mode} to be so`, () => isSo(mode, pid));
        const { counts, why } = await adoptOf(pid, zombies);
        const isLeftAlone = counts["refused"] === 3 && zombies.every(isZombie) && reason.test(why ?? "");
        if (mode === "stopped") actor.signal("SIGCONT");
        return isLeftAlone && (await isWell(actor)) ? null : { counts, why, lines: actor.lines() };
      },
      cases.length,
    );
    expect(wrong).toEqual([]);
  });

  test("is a 32-bit program", async () => {
    const actor = await actors.bits32();
    const { pid, zombies } = await actor.ready();
    expect(refusalOf(pid)).toMatch(/is no 64-bit program/);
    expect((await adoptOf(pid, zombies)).counts).toEqual({ refused: 1 });
    expect(await isWell(actor, 20)).toBe(true);
  });

  test("confines itself between the look at it and its stop", async () => {
    const actor = await parents.start("confining");
    const { pid, zombies } = await actor.ready();
    await actor.blocked();
    let looks = 0;
    const late: ProcRoot = {
      ...root,
      read(from, file) {
        const bytes = root.read(from, file);
        // The last that is looked at before the visit.
        if (from !== pid || file !== `task/${pid}/syscall` || looks++ > 0 || typeof bytes === "symbol") return bytes;
        const copy = bytes.slice();
        process.kill(pid, "SIGUSR1");
        while (statusOf(pid, "Seccomp") !== "2" || stateOf(pid) !== "S");
        return copy;
      },
    };
    expect(refusalOf(pid)).toBeNull();
    const { counts, why } = await adoptOf(pid, zombies, late);
    expect({ counts, why }).toEqual({ counts: { refused: 3 }, why: expect.stringMatching(/seccomp filter/) });
    expect(looks).toBeGreaterThan(1);
    expect(await isWell(actor)).toBe(true);
  });

  test("is sexton itself, has ended, or would be attached to while sexton stops", async () => {
    const self = parentOf(process.pid);
    const facts = readParentFacts(root, self, process.pid);
    expect(facts && refuseAdoption(facts)?.detail).toContain("sexton's own child");
    const actor = await actors.hostile("plain", { zombies: 2 });
    const { pid, zombies } = await actor.ready();
    const parent = parentOf(pid);
    const found = zombiesOf(parent, zombies);
    const stopping = await adopt(root, parent, found, process.pid, () => true);
    expect(stopping.results.map(({ outcome }) => outcome)).toEqual(["refused", "refused"]);
    await actor.finish();
    const { results } = await adopt(root, parent, found, process.pid, never);
    expect(results.map(({ outcome }) => /gone|refused/.test(outcome))).toEqual([true, true]);
  });
});

function isSo(mode: string, pid: number): boolean {
  if (mode === "stopped") return stateOf(pid) === "T";
  if (mode === "dstate") return stateOf(pid) === "D";
  if (mode === "traced") return (tracerOf(pid) ?? 0) > 0;
  return !mode.startsWith("seccomp") || statusOf(pid, "Seccomp") !== "0";
}

function childrenOf(pid: number): number[] {
  const names = root.readText(pid, `task/${pid}/children`, 65_536);
  return typeof names === "string" ? names.trim().split(" ").filter(Boolean).map(Number) : [];
}

describe.skipIf(!onX86 || !asRoot)("a sexton of another user", () => {
  const program = join(import.meta.dir, "..", "..", "programs", "adopt-as.ts");
  const nobody = ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"];

  async function adoptAs(wrapper: readonly string[], actor: Actor) {
    const { pid, zombies } = await actor.ready();
    await actor.blocked();
    const command = [...wrapper, process.execPath, program, `${pid}`, ...zombies.map(String)];
    const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
    return JSON.parse(await child.stdout.text());
  }

  test("is refused, and told which capability it lacks, and how to get it", async () => {
    for (const actor of [await actors.hostile("other-uid", { seconds: 1.5 }), await actors.hostile("plain")]) {
      const { refusal, outcomes } = await adoptAs(nobody, actor);
      expect(refusal.detail).toContain("lacks CAP_SYS_PTRACE");
      expect(refusal.fix).toContain("SYS_PTRACE");
      expect(outcomes).toEqual(Array(2).fill({ outcome: "refused", detail: refusal.detail, fix: refusal.fix }));
      expect(isUnharmed(actor.pid)).toBe(true);
    }
  });

  test("with CAP_SYS_PTRACE knows by the kernel's functions what it may interrupt", async () => {
    const allowed = [...nobody, "--inh-caps=+sys_ptrace", "--ambient-caps=+sys_ptrace"];
    const asleep = await actors.sleeper("nanosleep", { seconds: 1.5, after: 0.2 });
    const writing = await actors.sleeper("write-pipe", { seconds: 1.5, after: 0.2 });
    const [slept, written] = await Promise.all([adoptAs(allowed, asleep), adoptAs(allowed, writing)]);
    expect(slept).toMatchObject({ refusal: null, sleeps: ["resumes"], outcomes: Array(2).fill({ outcome: "reaped" }) });
    expect(written).toMatchObject({ sleeps: ["elsewhere"], outcomes: Array(2).fill({ outcome: "refused" }) });
    for (const actor of [asleep, writing]) expect(await actor.end()).toMatchObject({ code: 0 });
  });
});
