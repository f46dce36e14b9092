import { expect } from "bun:test";
import { criTest, useCriPods } from "../support/cri/harness.ts";
import type { ContainerState } from "../support/cri/kubelet/container.ts";
import { shipped } from "../support/cri/shipped.ts";
import { actorContainer } from "../support/pod/containers.ts";
import { nginxImage } from "../support/pod/images.ts";
import { post } from "../support/pod/sexton.ts";

/* sexton, a sidecar after it, a step that has to end, and an app that takes a second and a half for its end. */
const pods = useCriPods({
  order: async () => {
    const { spec, configMaps = [] } = await shipped("sidecar.yaml", { nginx: await nginxImage() });
    const [sexton] = spec.initContainers ?? [];
    if (sexton === undefined) throw new Error("k8s/sidecar.yaml has no init container");
    const { restartPolicy, startupProbe, ...plain } = sexton;
    const second = { ...(await actorContainer("second", "reloads")), restartPolicy: "Always" };
    const step = { ...plain, name: "step", args: ["version"] };
    const app = await actorContainer("nginx", "drains");
    return { spec: { ...spec, initContainers: [sexton, second, step], containers: [app] }, configMaps };
  },
});
const pod = () => pods("order");

const statesOf = async (...names: readonly string[]): Promise<readonly ContainerState[]> =>
  Promise.all(names.map(pod().state));

criTest("a native sidecar starts first, and the next container when its startupProbe has succeeded", async () => {
  const [sexton, second, step, app] = (await statesOf("sexton", "second", "step", "nginx")) as Four;
  const serves = Date.parse(/^time=(\S+) .*msg="sexton serves"/m.exec(pod().log("sexton"))?.[1] ?? "");
  expect(serves).toBeGreaterThan(milliseconds(sexton.started_at) - 1);
  expect(pod().passedAt("sexton")).toBeGreaterThanOrEqual(serves);
  expect(milliseconds(second.started_at)).toBeGreaterThanOrEqual(pod().passedAt("sexton"));
  expect(step.started_at).toBeGreaterThan(second.started_at);
  expect(step).toMatchObject({ state: "CONTAINER_EXITED", exit_code: 0 });
  expect(app.started_at).toBeGreaterThan(step.finished_at);
});

criTest("a target that was not there when sexton started is found when it has come", async () => {
  const answer = await post(pod(), "/signal/terminate?dryRun=true");
  const { id } = await pod().container("nginx");
  expect(answer.json()).toMatchObject({ signal: "SIGTERM", sent: false, container: { id, name: "nginx" } });
});

criTest("sexton is there until all others have ended, and ends at once when it is told to", async () => {
  const terminated = pod().terminate(30);
  // The app needs a second and a half.
  expect((await pod().api("/livez")).status).toBe(200);
  expect((await pod().state("sexton")).state).toBe("CONTAINER_RUNNING");
  await terminated;
  const [app, second, sexton] = (await statesOf("nginx", "second", "sexton")) as Three;
  expect([app, second, sexton].map(({ exit_code }) => exit_code)).toEqual([3, 128 + 15, 0]);
  expect(second.finished_at).toBeGreaterThan(app.finished_at);
  expect(sexton.finished_at).toBeGreaterThan(second.finished_at);
  // And not after the 25 s that are left to an app beside a plain container.
  expect(milliseconds(sexton.finished_at - second.finished_at)).toBeLessThan(5000);
});

type Three = readonly [ContainerState, ContainerState, ContainerState];
type Four = readonly [...Three, ContainerState];
const milliseconds = (nanoseconds: number) => nanoseconds / 1e6;
