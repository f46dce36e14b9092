import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { groundFolder } from "./ground.ts";
import { removePod } from "./remove.ts";

type Owner = { readonly pod: string; readonly testerPid: number };

/** Writes down whose a pod is, before it exists: a test run that is killed cannot clean up after itself. */
export function claim(folder: string, pod: string): void {
  const owner: Owner = { pod, testerPid: process.pid };
  writeFileSync(join(folder, "owner.json"), JSON.stringify(owner));
}

let swept: Promise<void> | undefined;

/** Removes the pods of test runs that are no more, once per process. Those of a run beside this one stay. */
export function sweepLeftovers(): Promise<void> {
  swept ??= sweep();
  return swept;
}

async function sweep(): Promise<void> {
  for (const uid of readdirSync(join(groundFolder, "pods"))) {
    const folder = join(groundFolder, "pods", uid);
    const owner = readOwner(folder);
    if (owner === undefined || isAlive(owner.testerPid)) continue;
    await removePod(owner.pod);
    rmSync(folder, { recursive: true, force: true });
  }
}

function readOwner(folder: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "owner.json"), "utf8"));
  } catch {
    // Being made or being removed by a run beside this one.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
