import { closeSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient } from "#client/client.ts";
import { noNamespaceCode, type PodRequest, partCommand, socketName } from "#demo/request.ts";
import { type Apart, type Apartness, startApart } from "#kernel/apart.ts";
import { errnoName } from "#kernel/errno.ts";
import { readInvocation } from "#kernel/invocation.ts";
import { signalChild, signalGroup } from "#kernel/signal-child.ts";
import { collectChild } from "#kernel/wait.ts";

const SIGKILL = 9;
const readyWithinMs = 20_000;
/** For whatever has no exit code. */
const killedCode = 128;
const stopWithinMs = 6_000;

export interface Pod {
  readonly pid: number;
  readonly apartness: Apartness;
  /** Why not in namespaces; null: it is in some. */
  readonly reason: string | null;
  readonly client: Client;
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

/** In namespaces if they can be had, else among everybody. A sentence when it cannot be started. */
export async function startPod(request: Omit<PodRequest, "apartness">, signal: AbortSignal): Promise<Pod | string> {
  const wishes: readonly Apartness[] = [
    ...(process.geteuid?.() === 0 ? (["namespaces"] as const) : []),
    "user",
    "none",
  ];
  const client = createClient({ kind: "unix", path: join(request.folder, socketName) });
  let reason: string | null = null;
  for (const apartness of wishes) {
    const started = startApart(
      (lifeline) => argvOf({ ...request, apartness }, lifeline),
      environmentFor(request.folder),
      apartness,
    );
    if ("errno" in started) {
      reason = errnoName(started.errno);
      continue;
    }
    const pod = watchPod(started, apartness);
    const waiting = new AbortController();
    const first = await Promise.race([pod.ended, isReady(client, AbortSignal.any([signal, waiting.signal]))]);
    waiting.abort();
    if (first === true) return { ...pod, apartness, reason, client };
    await pod.stop();
    if (signal.aborted) return "";
    reason = first === false ? `nobody answered within ${readyWithinMs / 1_000} s` : reasonOf(first);
    if (first !== noNamespaceCode && first !== killedCode) break;
  }
  return `Cannot start the demo: ${reason}. What its agent said is above.`;
}

function reasonOf(code: number): string {
  return code === noNamespaceCode ? "mounting a /proc for it is not allowed" : `it has ended with ${code}`;
}

function argvOf(request: PodRequest, lifeline: number): readonly string[] {
  return [process.execPath, partCommand, Buffer.from(JSON.stringify(request)).toString("latin1"), String(lifeline)];
}

/** Without settings of sexton's and of its runtime: what is shown is to be what is said. */
function environmentFor(folder: string): readonly string[] {
  const { environment } = readInvocation(process.argv.slice(2));
  const path = environment.find((variable) => variable.startsWith("PATH="))?.slice(5) ?? "/usr/bin:/bin";
  return [
    ...environment.filter((variable) => !/^(SEXTON_|BUN_|PATH=)/.test(variable)),
    `PATH=${join(folder, "bin")}:${path}`,
  ];
}

function watchPod({ pid, lifeline }: Apart, apartness: Apartness): Pick<Pod, "pid" | "ended" | "stop"> {
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  const look = () => {
    const status = collectChild(pid);
    if (status === "not-ended") return;
    process.off("SIGCHLD", look);
    // What it could not end itself, because somebody has killed it. Within namespaces the kernel does that.
    if (apartness === "none") signalGroup(pid, SIGKILL);
    resolve(typeof status === "number" && (status & 0x7f) === 0 ? status >> 8 : killedCode);
  };
  process.on("SIGCHLD", look);
  look();
  let isHeld = true;
  return {
    pid,
    ended,
    async stop() {
      if (isHeld) closeSync(lifeline);
      isHeld = false;
      const late = setTimeout(() => signalChild(pid, SIGKILL), stopWithinMs);
      await ended;
      clearTimeout(late);
    },
  };
}

async function isReady(client: Client, enough: AbortSignal): Promise<boolean> {
  for (const deadline = performance.now() + readyWithinMs; performance.now() < deadline; await Bun.sleep(20)) {
    if (enough.aborted) return false;
    const answer = await client.ask("/readyz", { accept: "text/plain" }).catch(() => null);
    if (answer?.ok) return true;
  }
  return false;
}
