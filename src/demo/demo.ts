import { randomBytes } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { followEvents } from "#client/event-stream.ts";
import { chooseAddress } from "#demo/address.ts";
import { createNarrator, introduce } from "#demo/narrate.ts";
import { configFolder } from "#demo/request.ts";
import { type Pod, startPod } from "#demo/start-pod.ts";
import { libcProblem } from "#kernel/libc.ts";
import type { RegisterEvent } from "#process/event.ts";

export interface DemoRequest {
  /** Where the agent is to listen; null: nobody said so. */
  readonly listen: readonly string[] | null;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const appWithinMs = 2_000;
const firstChangeMs = 8_000;
const changeEveryMs = 60_000;

/** Until Ctrl-C: a pod of this binary's own programs with an agent in it, and what happens there in words. 0, or 1. */
export async function demo({ listen, out, err }: DemoRequest): Promise<0 | 1> {
  const fail = (sentence: string): 1 => {
    err(`sexton: ${sentence}\n`);
    return 1;
  };
  if (libcProblem !== null) return fail(`Cannot run the demo: calls to the C library fail here (${libcProblem}).`);
  if (!Bun.main.startsWith("/$bunfs/")) {
    return fail("Cannot run the demo from the sources: its programs are the binary. Build it with `npm run build`.");
  }
  const address = chooseAddress(listen);
  const token = randomBytes(4).toString("hex");
  const folder = join(tmpdir(), `sexton-demo-${token}`);
  // Heard from here on, and as often as they come: whatever was begun is ended in order.
  const stopping = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stopping.abort());
  const pod = await startPod({ folder, token, listen: address.listen }, stopping.signal);
  if (typeof pod === "string") {
    rmSync(folder, { recursive: true, force: true });
    return stopping.signal.aborted ? 0 : fail(pod);
  }
  const isolated = pod.apartness !== "none";
  const tale = {
    folder,
    address: address.listen[0] ?? "",
    program: programName(),
    isolated,
    parentPid: isolated ? 0 : pod.pid,
  };
  out(introduce({ ...tale, taken: address.taken, reason: pod.reason, canSignal: isolated || (await seesApp(pod)) }));
  const timers = changeNowAndThen(folder);
  const following = follow(pod, stopping.signal, createNarrator(tale), out);
  const isBroken = await Promise.race([pod.ended.then(() => true), aborted(stopping.signal).then(() => false)]);
  for (const timer of timers) clearTimeout(timer);
  stopping.abort();
  await following;
  await pod.stop();
  rmSync(folder, { recursive: true, force: true });
  if (isBroken) return fail("The demo has ended by itself: its agent or its pause is gone.");
  out("\nThe demo has ended. Its processes and its folder are gone.\n");
  return 0;
}

/** Not where sexton's own container is all that there is: it takes everything for its own then. */
async function seesApp({ client }: Pod): Promise<boolean> {
  for (const deadline = performance.now() + appWithinMs; performance.now() < deadline; await Bun.sleep(50)) {
    const answer = await client.ask("/signal", { accept: "application/json" }).catch(() => null);
    if (answer?.ok && appProblem(JSON.parse(answer.text)) === null) return true;
  }
  return false;
}

function appProblem({
  targets,
}: {
  readonly targets: readonly { readonly name: string; readonly problem: unknown }[];
}) {
  return targets.find(({ name }) => name === "app")?.problem ?? null;
}

/** As it can be typed here. */
function programName(): string {
  if (!process.argv0.includes("/")) return process.argv0;
  const near = relative(process.cwd(), process.execPath);
  return near.startsWith("..") ? process.execPath : near.includes("/") ? near : `./${near}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });
}

/** A new file in what the app is configured by, put there in one step as the kubelet does. */
function changeNowAndThen(folder: string): readonly NodeJS.Timeout[] {
  let generation = 0;
  const change = () => {
    generation++;
    const draft = join(folder, "draft.json");
    writeFileSync(draft, `${JSON.stringify({ generation })}\n`);
    renameSync(draft, join(folder, configFolder, "generation.json"));
  };
  return [setTimeout(change, firstChangeMs), setInterval(change, changeEveryMs)];
}

type Narrate = (event: RegisterEvent) => string | null;

async function follow(pod: Pod, enough: AbortSignal, narrate: Narrate, out: (text: string) => void): Promise<void> {
  const request = {
    query: { types: "zombie.*,config.*,reload.*,signal.*,process.exited", after: "0" },
    limit: null,
    enough,
    onConnected: async () => {},
    onLost: () => {},
    async onEvent(json: string) {
      const event = JSON.parse(json) as RegisterEvent;
      // As the agent keeps it: JSON has the time in words.
      const line = narrate({ ...event, time: Date.parse(String(event.time)) });
      if (line !== null) out(line);
    },
  };
  // The agent has ended: what has come of the demo is told by whoever waits for it.
  await followEvents(pod.client, request).catch(() => {});
}
