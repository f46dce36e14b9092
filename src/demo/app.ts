import { readFileSync } from "node:fs";
import { appConfig, partCommand } from "#demo/request.ts";
import { startPart } from "#demo/start-part.ts";
import { signalChild } from "#kernel/signal-child.ts";
import { collectAny } from "#kernel/wait.ts";

const SIGTERM = 15;
const mostWorkers = 8;
const worker = "worker";

/** A master that reads its configuration anew on SIGHUP, by starting new workers and ending the old ones. */
export function runApp(token: string, role: string): Promise<number> {
  return role === worker ? runWorker() : runMaster(token);
}

function runMaster(token: string): Promise<number> {
  const workers = new Set<number>();
  let wanted = 2;
  let isEnding = false;
  const { promise, resolve } = Promise.withResolvers<number>();

  function load(): void {
    wanted = readWorkers() ?? wanted;
    const old = [...workers];
    start(wanted);
    for (const pid of old) signalChild(pid, SIGTERM);
  }

  function start(count: number): void {
    for (let left = count; left > 0; left--) {
      const pid = startPart(["demo-app", partCommand, token, worker]);
      if (pid !== null) workers.add(pid);
    }
  }

  function collect(): void {
    for (let ended = collectAny(); typeof ended === "object"; ended = collectAny()) workers.delete(ended.pid);
    if (isEnding && workers.size === 0) resolve(0);
    else if (!isEnding) start(wanted - workers.size);
  }

  process.on("SIGCHLD", collect);
  process.on("SIGHUP", load);
  process.once("SIGTERM", () => {
    isEnding = true;
    for (const pid of workers) signalChild(pid, SIGTERM);
    collect();
  });
  setInterval(() => {}, 2 ** 31 - 1);
  load();
  return promise;
}

/** Null: the file says nothing that could be meant, and what was holds. */
function readWorkers(): number | null {
  try {
    const { workers } = JSON.parse(readFileSync(appConfig, "utf8")) as { workers?: unknown };
    return typeof workers === "number" && workers >= 1 && workers <= mostWorkers ? Math.floor(workers) : null;
  } catch {
    return null;
  }
}

const busyMs = 2;
const everyMs = 250;
/** A new worker is proof of a reload when it has come to rest. */
const restMs = 1_500;

/** Works a little all the time, so that there is something to see. */
function runWorker(): Promise<number> {
  return new Promise((resolve) => {
    const work = () => {
      for (const end = performance.now() + busyMs; performance.now() < end; );
    };
    setTimeout(() => setInterval(work, everyMs), restMs);
    process.once("SIGTERM", () => resolve(0));
  });
}
