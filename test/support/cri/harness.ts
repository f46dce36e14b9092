import { afterAll, beforeAll, test } from "bun:test";
import type { IConfigMap, IPodSpec } from "kubernetes-models/v1";
import { until } from "../pod/command.ts";
import { listProcesses } from "../pod/sexton.ts";
import { withLogs } from "../pod/with-logs.ts";
import { type Containerd, startContainerd } from "./containerd.ts";
import { criTestsCanRun } from "./ground.ts";
import { importImage, pauseImage } from "./images.ts";
import { containersOf } from "./kubelet/identity.ts";
import { type CriPod, startPod } from "./kubelet/pod.ts";

const { ok, reason } = criTestsCanRun();
const required = process.env["REQUIRE_CRI_TESTS"] === "1";

// Images may have to be made first: a build of sexton, on a machine that is busy with other tests.
const preparationMs = 240_000;

/**
 * A test that needs pods under containerd. Where none can run it is skipped with the reason, or fails if it is required;
 * it is skipped all the same for what not every version of the runtime can.
 */
export function criTest(title: string, body: () => Promise<void>, problem: string | null = null): void {
  if (problem !== null && ok) test.skip(`${title} (${problem})`, body);
  else if (ok) test(title, () => withLogs(alive, body));
  else if (required) test(title, () => Promise.reject(new Error(`Cannot run CRI tests: ${reason}`)));
  else test.skip(`${title} (${reason})`, body);
}

const alive = new Set<CriPod>();

/** A pod, and what a cluster has beside it. */
export interface Given {
  readonly spec: IPodSpec;
  readonly configMaps?: readonly IConfigMap[];
  readonly podPidsLimit?: number;
}

/**
 * A containerd for the tests of a file, and the pods that they are about: there before the first, with sexton ready in
 * them, and gone after the last.
 */
export function useCriPods<Name extends string>(
  makes: Readonly<Record<Name, () => Promise<Given>>>,
  problem: string | null = null,
): (name: Name) => CriPod {
  const pods = new Map<Name, CriPod>();
  if (ok && problem === null) {
    let containerd: Containerd | undefined;
    beforeAll(async () => {
      const pause = await pauseImage();
      const fresh = await startContainerd(pause);
      containerd = fresh;
      await importImage(fresh.cri, fresh.socket, pause);
      for (const name of Object.keys(makes) as Name[]) {
        const pod = await start(fresh, name, await makes[name]());
        pods.set(name, pod);
        alive.add(pod);
        await withLogs(alive, () => ready(pod));
      }
    }, preparationMs);
    afterAll(async () => {
      for (const pod of pods.values()) alive.delete(pod);
      try {
        for (const pod of pods.values()) await pod.stop();
      } finally {
        await containerd?.stop();
      }
    }, preparationMs);
  }
  return (name) => {
    const pod = pods.get(name);
    if (pod === undefined) throw new Error(`Cannot use pod ${name}: it did not start`);
    return pod;
  };
}

async function start(containerd: Containerd, name: string, given: Given): Promise<CriPod> {
  const { spec, configMaps = [], podPidsLimit } = given;
  for (const { image = "" } of containersOf(spec)) await importImage(containerd.cri, containerd.socket, image);
  const uid = crypto.randomUUID();
  const identity = { name: `${name}-${uid.slice(0, 8)}`, namespace: "default", uid };
  return startPod(containerd, { identity, spec, configMaps, ...(podPidsLimit !== undefined && { podPidsLimit }) });
}

async function ready(pod: CriPod): Promise<void> {
  const seesAll = async () => {
    const { status, text } = await pod.api("/readyz");
    if (status !== 200) throw new Error(`${status} ${text}`);
    const seen = new Set((await listProcesses(pod)).map(({ container }) => container?.name));
    const states = await Promise.all(pod.containerNames.map(pod.container));
    return states.every(({ name, running }) => !running || seen.has(name)) || undefined;
  };
  await until(`sexton in ${pod.name} to see every container`, seesAll, 30_000);
}
