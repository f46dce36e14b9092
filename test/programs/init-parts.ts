// Parts of an init, each in a process of its own, since they change what a test runner needs: signals, children, limits.
import { existsSync, readFileSync } from "node:fs";
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
