// Parts of an init, each in a process of its own, since they change what a test runner needs: signals, children, limits.
import { existsSync, readFileSync } from "node:fs";
import { createPrograms } from "#init/programs.ts";
import { inheritedDescriptors, keepDescriptors } from "#kernel/descriptors.ts";
import { readInherited } from "#kernel/dispositions.ts";
import { becomeSubreaper, exitGroup, fileLimit, isSubreaper, setFileLimit } from "#kernel/own-process.ts";
import { readChildren } from "#kernel/procfs/children.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { writeQuietly } from "#kernel/quiet-write.ts";
import { signalChild, signalGroup } from "#kernel/signal-child.ts";
import { catchNamed } from "#kernel/signal-handler.ts";
import { everySignal, signalSet } from "#kernel/signal-set.ts";
import { type SpawnRequest, spawn } from "#kernel/spawn.ts";
import { reserveUnnamed } from "#kernel/unnamed-signals.ts";
import { collectAny } from "#kernel/wait.ts";
import { eventually } from "../support/poll.ts";

const [part = "", ...args] = process.argv.slice(2);
const environment = ["PATH=/usr/bin:/bin", "LANG=C"];
const request: SpawnRequest = {
  argv: args,
  environment,
  defaults: everySignal,
  mask: 0n,
  group: "same",
  terminal: null,
};

const isZombie = (pid: string) => readFileSync(`/proc/${pid}/stat`, "latin1").includes(") Z ");

/** Waits for a child; its wait status. */
async function statusOf(pid: number): Promise<number> {
  for (;;) {
    const found = collectAny();
    if (typeof found !== "string" && found.pid === pid) return found.status;
    if (found === "childless") return -1;
    await Bun.sleep(5);
  }
}

const say = (value: unknown) => writeQuietly(1, `${JSON.stringify(value)}\n`);

const parts: Readonly<Record<string, () => unknown>> = {
  async spawn() {
    const spawned = spawn(request);
    say("errno" in spawned ? spawned : { status: await statusOf(spawned.pid), left: collectAny() });
  },
  async reuse() {
    const rss = () => process.memoryUsage.rss();
    const round = async (times: number) => {
      for (let time = 0; time < times; time++) {
        // Now longer, now shorter than what was there before.
        const word = "x".repeat((time * 37) % 12_000);
        const spawned = spawn({ ...request, argv: [...args, word], isQuiet: true });
        if ("errno" in spawned || (await statusOf(spawned.pid)) !== 0) throw new Error(Bun.inspect(spawned));
      }
      Bun.gc(true);
      return rss();
    };
    const before = await round(200);
    const after = await round(1_000);
    say({ grown: after - before });
  },
  async programs() {
    const programs = createPrograms({ root: procRoot(), environment, nofile: null });
    const collect = () => {
      for (let found = collectAny(); typeof found !== "string"; found = collectAny())
        programs.collected(found.pid, found.status);
    };
    const looking = setInterval(collect, 5);
    const abort = new AbortController();
    const run = (timeoutMs: number, ...line: string[]) =>
      programs.run(line, { timeoutMs, abort: abort.signal }).catch((cause) => String(cause));
    const ends = [
      await run(20_000, "sh", "-c", "exit 7"),
      await run(20_000, "sh", "-c", "kill -9 $$"),
      await run(20_000, "nothing-of-that-name"),
      await run(20_000, "sh", "-c", '[ "$1$LANG" = "äC" ] && [ $(readlink /proc/$$/fd/1) = /dev/null ]', "sh", "ä"),
      await run(100, "sh", "-c", "sleep 60 & wait"),
    ];
    const aborted = run(20_000, "sleep", "61");
    setTimeout(() => abort.abort("enough"), 50);
    ends.push(await aborted, await run(20_000, "true"));
    await eventually("all to be collected", () => collectAny() === "childless");
    clearInterval(looking);
    // Somebody else's child is none of them.
    say({ ends, other: programs.collected(1, 0) });
  },
  async masks() {
    const inherited = readInherited(procRoot());
    const spawned = spawn({ ...request, defaults: everySignal & ~inherited.ignored, mask: signalSet([15, 37]) });
    if ("pid" in spawned) await statusOf(spawned.pid);
  },
  async group() {
    const spawned = spawn({
      ...request,
      group: args[0] === "session" ? "own-session" : "own-group",
      argv: args.slice(1),
    });
    if ("errno" in spawned) return say(spawned);
    const member = await eventually("its child", () => readChildren(procRoot(), spawned.pid, 1).toString() || null);
    const sent = signalGroup(spawned.pid, 15);
    const status = await statusOf(spawned.pid);
    await eventually("the end of its child", () => !existsSync(`/proc/${member}/stat`) || isZombie(member));
    say({ sent, status, after: signalChild(spawned.pid, 15) });
  },
  async descriptors() {
    keepDescriptors(inheritedDescriptors());
    const spawned = spawn(request);
    if ("pid" in spawned) await statusOf(spawned.pid);
  },
  async unnamed() {
    const heard: number[] = [];
    const reserved = reserveUnnamed([16, 34, 40, 64], 17);
    catchNamed("SIGCHLD", () => heard.push(...reserved.take()));
    reserved.catch([16, 34, 40, 64].filter((number) => !reserved.left.includes(number)));
    say({ left: reserved.left });
    for (let tries = 0; heard.length < Number(args[0]) && tries < 1_000; tries++) await Bun.sleep(5);
    say({ heard: heard.toSorted((a, b) => a - b) });
  },
  limit() {
    const before = fileLimit();
    const done = setFileLimit({ soft: 77n, hard: before?.hard ?? 0n });
    say({ done, soft: String(fileLimit()?.soft), same: fileLimit()?.hard === before?.hard });
  },
  subreaper: () => say([isSubreaper(), becomeSubreaper(), isSubreaper()]),
  async brokenPipe() {
    let heard = 0;
    process.on("SIGPIPE", () => heard++);
    // Its reader has ended by then.
    await Bun.sleep(Number(args[0]));
    writeQuietly(1, "to nobody\n");
    await Bun.sleep(50);
    writeQuietly(2, `${JSON.stringify({ heard })}\n`);
  },
};

await parts[part]?.();
exitGroup(0);
