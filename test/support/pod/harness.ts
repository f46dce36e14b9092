import { afterAll, beforeAll, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { IConfigMap, IPodSpec } from "kubernetes-models/v1";
import { until } from "./command.ts";
import { podTestsCanRun } from "./ground.ts";
import { type Pod, playPod } from "./pod.ts";
import { listProcesses } from "./sexton.ts";
import { withLogs } from "./with-logs.ts";

const { ok, reason } = podTestsCanRun();
const required = process.env["REQUIRE_POD_TESTS"] === "1";

// Images may have to be made first: a build of sexton, on a machine that is busy with other tests.
const preparationMs = 180_000;

/** A test that needs real pods. Where none can run it is skipped and says why, unless they are required: then it fails. */
export function podTest(title: string, body: () => Promise<void>): void {
  if (ok) test(title, () => withLogs(alive, body));
  else if (required) test(title, () => Promise.reject(new Error(`Cannot run pod tests: ${reason}`)));
  else test.skip(`${title} (${reason})`, body);
}

const alive = new Set<Pod>();

/**
 * One pod for the tests of a file or of a describe block: there before the first, with sexton ready in it, and gone
 * after the last.
 */
export function usePod(
  name: string,
  makeSpec: () => Promise<IPodSpec>,
  configMaps: readonly IConfigMap[] = [],
): () => Pod {
  let pod: Pod | undefined;
  if (ok) {
    beforeAll(async () => {
      const fresh = await playPod(name, await makeSpec(), configMaps);
      pod = fresh;
      alive.add(fresh);
      await withLogs(alive, () => ready(fresh));
    }, preparationMs);
    afterAll(async () => {
      if (pod === undefined) return;
      alive.delete(pod);
      await pod.stop();
    }, preparationMs);
  }
  return () => {
    if (pod === undefined) throw new Error(`Cannot use pod ${name}: it did not start`);
    return pod;
  };
}

async function ready(pod: Pod): Promise<void> {
  await until(`sexton in ${pod.name} to be ready`, async () => {
    const containers = await Promise.all(pod.containerNames.map((container) => pod.container(container)));
    if (containers.some(({ name, running }) => name === "sexton" && !running)) throw new Error("it has ended");
    const { status, text } = await pod.api("/readyz");
    if (status !== 200) throw new Error(`${status} ${text}`);
    // podman answers when a container is let go, which is a moment before the runtime in it becomes the app; and what
    // sexton lists may be a quarter of a second old. So: until it lists what the host sees.
    const listed = new Map((await listProcesses(pod)).map(({ pid, name }) => [pid, name]));
    return containers.every(({ pid }) => isListed(pid, listed)) || undefined;
  });
}

function isListed(hostPid: number, listed: ReadonlyMap<number, string>): boolean {
  const comm = readFileSync(`/proc/${hostPid}/comm`, "utf8").trim();
  const pids = readFileSync(`/proc/${hostPid}/status`, "utf8").match(/^NSpid:.*?(\d+)$/m);
  return comm !== "crun" && listed.get(Number(pids?.[1])) === comm;
}
