import { makeFolder } from "#demo/pod-folder.ts";
import { noNamespaceCode, type PodRequest, partCommand } from "#demo/request.ts";
import { startPart } from "#demo/start-part.ts";
import { createPidNamespace, mount, mountFlag, type PidNamespace } from "#kernel/namespace.ts";
import { becomeSubreaper } from "#kernel/own-process.ts";
import { signalChild, signalGroup } from "#kernel/signal-child.ts";
import { collectAny, collectChild } from "#kernel/wait.ts";

const SIGKILL = 9;
const SIGTERM = 15;
/** The agent has this long to say goodbye to its readers. */
const stopWithinMs = 2_000;
/** As the kubelet, which waits longer each time. */
const restartAfterMs = 1_000;
const mountWithinMs = 10_000;

/** What kubelet and runtime are for a pod: makes it, restarts what has ended, and removes all when the lifeline ends. */
export async function runPod(request: PodRequest, lifeline: number): Promise<number> {
  const heard = Bun.file(lifeline).stream().getReader();
  // Who has started this has yet to prepare it, or has ended.
  if ((await heard.read()).done) return 0;
  const isIsolated = request.apartness !== "none";
  if (isIsolated && mount("none", "/", "none", mountFlag.recursive | mountFlag.private) !== 0) return noNamespaceCode;
  if (!isIsolated) becomeSubreaper();
  const folder = makeFolder(request);
  process.chdir(request.folder);
  const namespace = isIsolated ? createPidNamespace() : null;
  const code = await runParts(request, namespace, untilEnd(heard));
  process.chdir("/");
  folder.remove();
  // As pid 1 of its namespace it takes all with it when it exits; else by its group, of which it is itself.
  if (!isIsolated) signalGroup(process.pid, SIGKILL);
  return code;
}

async function untilEnd(heard: { read(): Promise<{ done: boolean }> }): Promise<number> {
  while (!(await heard.read()).done);
  return 0;
}

async function runParts({ token }: PodRequest, namespace: PidNamespace | null, over: Promise<number>): Promise<number> {
  const running = new Map<number, string>();
  const { promise: broken, resolve: end } = Promise.withResolvers<number>();
  const begin = (argv: readonly string[], isQuiet = true) => startPart(argv, isQuiet, namespace ?? undefined);

  function start(name: string, args = [partCommand, token]): void {
    const pid = begin([name, ...args], name !== "sexton");
    if (pid === null) end(1);
    else running.set(pid, name);
  }

  function collect(): void {
    for (let child = collectAny(); typeof child === "object"; child = collectAny()) {
      const name = running.get(child.pid);
      running.delete(child.pid);
      if (name?.startsWith("demo-")) setTimeout(start, restartAfterMs, name);
      else if (name !== undefined) end(1);
    }
  }

  if (namespace) await rehearse(["demo-job", partCommand, token]);
  start("pause");
  if (namespace) {
    for (const pid of running.keys()) namespace.begun(pid);
    const mounted = namespace.problem() === 0 && (await succeeds(begin(["mount-proc", partCommand, token])));
    if (!mounted) return noNamespaceCode;
  }
  process.on("SIGCHLD", collect);
  for (const name of ["demo-app", "demo-leaker"]) start(name);
  start("sexton", ["--config", "sexton.yaml"]);
  collect();
  const code = await Promise.race([broken, over]);
  process.removeAllListeners("SIGCHLD");
  const [agent] = [...running].find(([, name]) => name === "sexton") ?? [];
  if (agent !== undefined) {
    signalChild(agent, SIGTERM);
    await statusOf(agent, stopWithinMs);
  }
  return code;
}

/** What is run for the first time makes threads: code is compiled and functions of C's are bound. */
async function rehearse(argv: readonly string[]): Promise<void> {
  const nowhere = createPidNamespace();
  nowhere.begun(process.pid);
  Bun.gc(true);
  await succeeds(startPart(argv, true, nowhere));
}

async function succeeds(pid: number | null): Promise<boolean> {
  return pid !== null && (await statusOf(pid, mountWithinMs)) === 0;
}

/** The wait status of a child; null when it has not ended in time. */
async function statusOf(pid: number, withinMs: number): Promise<number | null> {
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; await Bun.sleep(2)) {
    const status = collectChild(pid);
    if (status === "gone" || status === "unavailable") return null;
    if (status !== "not-ended") return status;
  }
  return null;
}
