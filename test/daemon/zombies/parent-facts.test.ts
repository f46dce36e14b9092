import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { readParentFacts } from "#daemon/zombies/parent-facts.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { detach, interrupt, pollStop, seize } from "#kernel/ptrace.ts";
import { parentOf } from "../../support/adoption.ts";
import { eventually } from "../../support/poll.ts";
import { createActors } from "../../support/zombies.ts";

const actors = createActors();
afterEach(actors.finish);
afterAll(actors.close);

const root = procRoot();

describe.skipIf(process.arch !== "x64")("readParentFacts()", () => {
  test("knows what each thread sleeps in, and that one of them is traced, by somebody else", async () => {
    const actor = await actors.sleeper("pause", { seconds: 1, after: 0.2, threads: 2 });
    const { pid, tids } = await actor.ready();
    await actor.blocked();
    const facts = (selfPid: number) => readParentFacts(root, parentOf(pid), selfPid)?.adoption;
    const sleeps = () => Object.fromEntries(facts(process.pid)?.threads.map(({ tid, sleep }) => [tid, sleep]) ?? []);
    // The second waits by FUTEX_WAIT, the third in epoll_wait for ever.
    await eventually("all to sleep", () =>
      Bun.deepEquals(sleeps(), {
        [tids[0] as number]: "resumes",
        [tids[1] as number]: "believes",
        [tids[2] as number]: "resumes",
      }),
    );
    expect(facts(process.pid)?.tracerPid).toBe(0);
    const traced = tids[2] as number;
    expect(seize(traced)).toBe("seized");
    expect(facts(1)?.tracerPid).toBe(process.pid);
    // What sexton itself is attached to still is not taken by another.
    expect(facts(process.pid)?.tracerPid).toBe(0);
    interrupt(traced);
    await eventually("its stop", () => pollStop(traced, false));
    const seen = (selfPid: number) => facts(selfPid)?.threads.find(({ tid }) => tid === traced);
    expect(seen(1)?.state).toBe("tracing-stop");
    // Not one that somebody should be told to continue.
    expect(seen(process.pid)).toMatchObject({ state: "sleeping", sleep: "elsewhere" });
    expect(detach(traced)).toBe(true);
  });

  test("has none of a process that is gone", async () => {
    const actor = await actors.hostile("plain");
    await actor.ready();
    const parent = parentOf(actor.pid);
    await actor.finish();
    expect(readParentFacts(root, parent, process.pid)).toBeNull();
  });
});
