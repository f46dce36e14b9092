import { basename } from "node:path";
import { runApp } from "#demo/app.ts";
import { runLeaker } from "#demo/leaker.ts";
import { runPod } from "#demo/pod.ts";
import type { PartName, PodRequest } from "#demo/request.ts";
import { mount, mountFlag } from "#kernel/namespace.ts";
import { setParentDeathSignal } from "#kernel/own-process.ts";
import { collectAny } from "#kernel/wait.ts";

const SIGKILL = 9;

const parts: Readonly<Record<PartName, (token: string, role: string) => number | Promise<number>>> = {
  pause: runPause,
  "demo-app": runApp,
  "demo-leaker": runLeaker,
  "demo-job": () => 3,
  "mount-proc": () => mount("proc", "/proc", "proc", mountFlag.noSuidDevExec),
};

/** Runs one of the demo's programs; its exit code. `args` is the token, or what the pod is to be. */
export async function runPart(calledAs: string, [first = "", second = ""]: readonly string[]): Promise<number> {
  const name = basename(calledAs);
  if (!isPart(name)) return runPod(JSON.parse(first) as PodRequest, Number(second));
  setParentDeathSignal(SIGKILL);
  return parts[name](first, second);
}

function isPart(name: string): name is PartName {
  return Object.hasOwn(parts, name);
}

/** What Kubernetes' pause does: holds the namespace, and collects the orphans. */
function runPause(): Promise<number> {
  process.on("SIGCHLD", () => {
    while (typeof collectAny() === "object");
  });
  return untilTerminated();
}

/** Listening for signals alone would not keep the event loop alive. */
function untilTerminated(): Promise<number> {
  return new Promise((resolve) => {
    setInterval(() => {}, 2 ** 31 - 1);
    process.once("SIGTERM", () => resolve(0));
  });
}
