import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { eventually } from "./poll.ts";
import { isZombie, stateOf, statusOf, tracerOf } from "./process-state.ts";
import { type Runtime, runtimes } from "./runtimes.ts";
import { createActors, hostileModes, sleeperCalls } from "./zombies.ts";

// A busy machine may need more than bun's 5 s.
setDefaultTimeout(60_000);

const asRoot = process.geteuid?.() === 0;
const onX86 = process.arch === "x64";
const actors = createActors();
afterEach(actors.finish);
afterAll(actors.close);

/** Asks about all of them, some at a time: what is wrong, by name. */
async function findWrong<T>(names: readonly T[], ask: (name: T) => Promise<unknown>, atOnce = 12) {
  const left = [...names];
  const wrong: { name: T; why: unknown }[] = [];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const why = await ask(name);
      if (why !== null) wrong.push({ name, why });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return wrong;
}

async function listed(program: "sleeper" | "hostile"): Promise<string[]> {
  const listing = Bun.spawn([await actors.compile(program), "--list"], { stdin: "ignore", stdout: "pipe" });
  return (await listing.stdout.text()).trim().split("\n").sort();
}

describe("sleeper", () => {
  const brief = { seconds: 0.5, after: 0.3, slack: 2 };

  test("has the calls of the list", async () => {
    expect(await listed("sleeper")).toEqual([...sleeperCalls].sort());
  });

  test("is right in every call when it is left alone, and its zombies stay", async () => {
    const wrong = await findWrong(sleeperCalls, async (call) => {
      const actor = await actors.sleeper(call, { ...brief, zombies: 3 });
      const { zombies, ends, pid } = await actor.ready();
      expect({ pid, zombies: zombies.map(isZombie), ends }).toEqual({
        pid: actor.pid,
        zombies: [true, true, true],
        ends: [{ exitCode: 7 }, { signal: 11 }, { exitCode: 0 }],
      });
      expect(tracerOf(pid)).toBe(0);
      const result = await actor.result();
      const { code, said } = await actor.end();
      expect(actor.ticks()).toBe(3);
      return result.ok && code === 0 && said["ok"] && said["left"] === 3 ? null : { result, code, said };
    });
    expect(wrong).toEqual([]);
  });

  // signal(7), "never restarted after being interrupted", where a stop does as well as a handler; io_uring_enter(2) is
  // like them. What has transferred a part returns that.
  const interrupted = [
    ["epoll_wait-timeout", "epoll_wait-infinite", "epoll_pwait-timeout", "epoll_pwait-signal"],
    ["epoll_pwait2-timeout", "epoll_pwait2-infinite", "recv-timeout", "recv-data", "recv-partial", "accept-timeout"],
    ["write-partial", "sigwaitinfo", "sigtimedwait-signal", "sigtimedwait-timeout", "semop", "semtimedop-timeout"],
    ["io_getevents-infinite", "io_getevents-timeout", "io_uring_enter", ...(onX86 ? ["registers-epoll_wait"] : [])],
  ].flat();

  test("is wrong in the calls that a stop interrupts, and in no other", async () => {
    const wrong = await findWrong(sleeperCalls, async (call) => {
      const actor = await actors.sleeper(call, { ...brief, seconds: 1 });
      await actor.blocked();
      await actor.stopAndContinue();
      const result = await actor.result();
      return result.ok ? null : result.wrong;
    });
    expect(wrong.map(({ name }) => name).sort()).toEqual(interrupted.sort());
  });

  test("says that it is late", async () => {
    const clock = await actors.hostile("plain");
    await clock.ready();
    const actor = await actors.sleeper("nanosleep", { seconds: 0.4, slack: 0.1, after: 0 });
    await actor.blocked();
    actor.signal("SIGSTOP");
    const before = clock.ticks();
    await eventually("almost a second", () => clock.ticks() > before + 8);
    actor.signal("SIGCONT");
    expect(await actor.result()).toMatchObject({ returned: 0, ok: false, wrong: ["it returned late"] });
    expect((await actor.end()).code).toBe(1);
  });

  test("has threads that fare well, and one in epoll_wait that notices a stop", async () => {
    const [calm, stopped] = await Promise.all([
      actors.sleeper("futex-infinite", { ...brief, threads: 4 }),
      actors.sleeper("futex-infinite", { ...brief, threads: 4 }),
    ]);
    expect((await calm.ready()).tids).toHaveLength(5);
    await stopped.blocked((await stopped.ready()).tids[2]);
    await stopped.stopAndContinue();
    const [{ said }, { said: stoppedSaid }] = await Promise.all([calm.end(), stopped.end()]);
    expect(said).toMatchObject({ ok: true, threadsOk: true });
    expect(stoppedSaid).toMatchObject({ ok: false, wrongCalls: 0, threadsOk: false });
  });

  test("repeats a call", async () => {
    const actor = await actors.sleeper("poll-infinite", { seconds: 0.02, repeat: 10, after: 0, slack: 2 });
    expect((await actor.end()).code).toBe(0);
    expect(actor.lines().filter((line) => line["call"] === "poll-infinite" && line["ok"])).toHaveLength(10);
  });
});

/** What makes each mode what it says, seen from outside, once it is ready. */
const isAsItSays: Record<string, (pid: number) => boolean> = {
  stopped: (pid) => stateOf(pid) === "T",
  traced: (pid) => (tracerOf(pid) ?? 0) > 0,
  "other-uid": (pid) => statusOf(pid, "Uid")?.startsWith("65534") === true,
  "sigtrap-ignored": (pid) => hasSigtrap(pid, "SigIgn"),
  "sigtrap-blocked": (pid) => hasSigtrap(pid, "SigBlk"),
  "sigtrap-caught": (pid) => hasSigtrap(pid, "SigCgt"),
  "seccomp-kill": (pid) => statusOf(pid, "Seccomp") === "2",
  "seccomp-trap": (pid) => statusOf(pid, "Seccomp") === "2",
  "seccomp-errno": (pid) => statusOf(pid, "Seccomp") === "2",
  "seccomp-allow": (pid) => statusOf(pid, "Seccomp") === "2",
  "seccomp-strict": (pid) => statusOf(pid, "Seccomp") === "1",
  dstate: (pid) => stateOf(pid) === "D",
};

function hasSigtrap(pid: number, mask: string): boolean {
  return (BigInt(`0x${statusOf(pid, mask)}`) & (1n << 4n)) !== 0n;
}

describe("hostile", () => {
  test("has the modes of the list", async () => {
    expect(await listed("hostile")).toEqual([...hostileModes].sort());
  });

  test("is well in every mode when it is left alone, and its zombies stay", async () => {
    const possible = hostileModes.filter((mode) => asRoot || mode !== "other-uid");
    const wrong = await findWrong(possible, async (mode) => {
      const actor = await actors.hostile(mode, { seconds: 1.5, zombies: 5 });
      const { zombies } = await actor.ready();
      expect(zombies.filter(isZombie).length).toBeGreaterThanOrEqual(5);
      await eventually(`${mode} to be what it says`, () => isAsItSays[mode]?.(actor.pid) ?? true);
      expect(actor.zombies()).toEqual(zombies);
      if (mode === "stopped") actor.signal("SIGCONT");
      const { code, said } = await actor.end();
      return code === 0 && said["ok"] === true && actor.ticks() >= 5 ? null : { code, lines: actor.lines() };
    });
    expect(wrong).toEqual([]);
  });

  test("collects one zombie for each SIGCHLD", async () => {
    const actor = await actors.hostile("sigchld-handler", { zombies: 5 });
    const { zombies } = await actor.ready();
    expect(zombies).toHaveLength(5);
    for (const left of [4, 3]) {
      actor.signal("SIGCHLD");
      await eventually(`${left} zombies`, () => actor.zombies().length === left);
    }
  });

  test.skipIf(!onX86)("may be a 32-bit program", async () => {
    const actor = await actors.bits32();
    expect((await actor.ready()).zombies.map(isZombie)).toEqual([true]);
    // elf(5): EI_CLASS is ELFCLASS32.
    expect(readFileSync(`/proc/${actor.pid}/exe`)[4]).toBe(1);
    expect(await actor.end()).toMatchObject({ code: 0, said: { ok: true } });
  });
});

describe("a runtime", () => {
  // Where CI runs, only what is large may be missing.
  const isMissing = ({ name, interpreter }: Runtime) => interpreter === null && (name === "java" || !process.env["CI"]);

  test("is well when it is left alone, and its zombies stay", async () => {
    const present = runtimes.filter((each) => !isMissing(each));
    const ask = async (each: Runtime) => {
      const actor = await actors.runtime(each, { seconds: 4 });
      const { zombies, ends } = await actor.ready();
      expect(ends.slice(0, 3)).toEqual([{ exitCode: 7 }, { signal: 11 }, { exitCode: 0 }]);
      await actor.blocked();
      expect(actor.zombies()).toEqual(zombies);
      actor.write("sexton\n");
      const { code, said, seconds } = await actor.end();
      // sleep(1) has nothing to say.
      const isOk = each.name === "sh exec" || said["ok"] === true;
      const isInTime = each.name === "sh read" || seconds >= 4;
      return code === 0 && isOk && isInTime ? null : { code, said, seconds };
    };
    expect(await findWrong(present, ask, 6)).toEqual([]);
  });

  for (const { name } of runtimes.filter(isMissing))
    test.skip(`${name}: this machine has nothing that runs it`, () => {});

  test("says that its ticks are late", async () => {
    const [perl] = runtimes.filter(({ name }) => name === "perl");
    if (perl === undefined) throw new Error("there is no perl among the runtimes");
    const [actor, clock] = await Promise.all([actors.runtime(perl, { seconds: 1 }), actors.hostile("plain")]);
    await actor.blocked();
    actor.signal("SIGSTOP");
    const before = clock.ticks();
    await eventually("almost a second", () => clock.ticks() > before + 8);
    actor.signal("SIGCONT");
    expect(await actor.end()).toMatchObject({ code: 1, said: { ok: false } });
  });
});
