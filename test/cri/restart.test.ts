import { expect } from "bun:test";
import type { Json } from "../support/binary.ts";
import { criTest, useCriPods } from "../support/cri/harness.ts";
import { shipped } from "../support/cri/shipped.ts";
import { until } from "../support/pod/command.ts";
import { nginxImage } from "../support/pod/images.ts";
import { nginxProcesses, post } from "../support/pod/sexton.ts";
import { listEvents } from "../support/pod/zombies.ts";

const pods = useCriPods({ restart: async () => shipped("sidecar.yaml", { nginx: await nginxImage() }) });
const pod = () => pods("restart");

const told = async (name: string): Promise<Json | undefined> => {
  const { containers } = (await pod().api("/containers")).json() as { containers: readonly Json[] };
  return containers.find((container) => container["name"] === name);
};
const isTold = (name: string) =>
  until(`the new ${name} to be told`, async () => {
    const { id } = await pod().container(name);
    return (await told(name))?.["id"] === id || undefined;
  });
const reloads = async () => {
  const answer = await post(pod(), "/reloads/config");
  expect(answer.json()).toMatchObject({ status: "confirmed", process: (await nginxProcesses(pod())).master.id });
};

criTest("an app that was told to end is started anew by the kubelet, and is the target again", async () => {
  const [before, first] = [await nginxProcesses(pod()), await pod().container("nginx")];
  const answer = await post(pod(), "/signal/terminate?wait=10s");
  expect(answer.json()).toMatchObject({ sent: true, pid: before.master.pid });
  await pod().restart("nginx");
  await isTold("nginx");
  const exits = await listEvents(pod(), "process.exited");
  const end = exits.find(({ process }) => process.id === before.master.id);
  expect(end?.["process"]).toMatchObject({ container: { id: first.id, name: "nginx" } });
  expect((await pod().container("nginx")).id).not.toBe(first.id);
  await reloads();
});

criTest("sexton that has crashed and is started anew finds the app that runs, and reloads it", async () => {
  const { master } = await nginxProcesses(pod());
  const sexton = await pod().container("sexton");
  process.kill(sexton.pid, "SIGKILL");
  await pod().restart("sexton");
  await until("sexton to be ready", async () => (await pod().api("/readyz")).status === 200 || undefined);
  expect((await told("sexton"))?.["id"]).toBe((await pod().container("sexton")).id);
  expect((await nginxProcesses(pod())).master.id).toBe(master.id);
  await reloads();
});
