import { expect } from "bun:test";
import type { Json } from "../support/binary.ts";
import { criTest, useCriPods } from "../support/cri/harness.ts";
import { probe } from "../support/cri/kubelet/probe.ts";
import { containerOf, shipped } from "../support/cri/shipped.ts";
import { until } from "../support/pod/command.ts";
import { nginxImage } from "../support/pod/images.ts";
import { idsOf, nginxProcesses } from "../support/pod/sexton.ts";
import { listEvents } from "../support/pod/zombies.ts";

const make = async () => shipped("sidecar.yaml", { nginx: await nginxImage() });
const pods = useCriPods({ sidecar: make });
const pod = () => pods("sidecar");
const said = async () => (await pod().api(`http://${pod().ip}:8080/`)).text;

criTest("k8s/sidecar.yaml: each container is told by the name and the id that the runtime has for it", async () => {
  const { master } = await nginxProcesses(pod());
  const { containers } = (await pod().api("/containers")).json() as { containers: readonly Json[] };
  const told = new Map(containers.map((container) => [container["role"], container]));
  const idOf = async (name: string) => (await pod().container(name)).id;
  expect(told.get("pause")).toMatchObject({ id: pod().sandboxId, name: null, rootPids: [1] });
  expect(told.get("self")).toMatchObject({ id: await idOf("sexton"), name: "sexton" });
  expect(told.get("app")).toMatchObject({ id: await idOf("nginx"), name: "nginx", rootPids: [master.pid] });
  expect(containers.map((container) => container["podUid"])).toEqual(Array(3).fill(pod().uid));
});

criTest("k8s/sidecar.yaml: the kubelet's probes succeed, from the node at the address of the pod", async () => {
  const { spec } = await make();
  const sexton = containerOf(spec, "sexton");
  for (const asked of [sexton.startupProbe, sexton.livenessProbe, sexton.readinessProbe])
    await probe("a probe", sexton, { ...asked, failureThreshold: 1 }, pod().ip);
  const nginx = containerOf(spec, "nginx");
  await probe("the readinessProbe", nginx, { ...nginx.readinessProbe, failureThreshold: 1 }, pod().ip);
});

criTest("k8s/sidecar.yaml: nobody but the pod itself reaches the API", async () => {
  expect((await fetch(`http://${pod().ip}:9098/metrics`)).status).toBe(200);
  expect((await fetch(`http://${pod().ip}:9098/processes`)).status).toBe(403);
  await expect(fetch(`http://${pod().ip}:9099/processes`)).rejects.toThrow();
  expect((await pod().api("/processes")).status).toBe(200);
});

criTest("k8s/sidecar.yaml: the commands of its comment work, as kubectl exec runs them", async () => {
  const { workers } = await nginxProcesses(pod());
  const { exitCode, stdout } = await pod().exec("sexton", "/sexton", "ps");
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining("nginx") });
  const signal = await pod().exec("sexton", "/sexton", "signal", "reload");
  expect(signal).toMatchObject({ exitCode: 0, stderr: "" });
  await until("nginx to replace its workers", async () => {
    const now = idsOf((await nginxProcesses(pod())).workers);
    return idsOf(workers).every((id) => !now.includes(id)) || undefined;
  });
});

criTest("k8s/sidecar.yaml: a ConfigMap that changes is reloaded, and new workers are the proof", async () => {
  expect(await said()).toBe("generation 1\n");
  const { master } = await nginxProcesses(pod());
  const config = (await make()).configMaps?.[0]?.data?.["default.conf"] ?? "";
  pod().rewrite("config", { "default.conf": config.replace("generation 1", "generation 2") });
  const reload = await until("the reload to be over", async () => {
    const { watches } = (await pod().api("/reloads")).json() as { watches: readonly Json[] };
    const { lastReload } = watches[0] as Json;
    return lastReload === null || lastReload.status === "running" ? undefined : (lastReload as Json);
  });
  expect(reload).toMatchObject({
    status: "confirmed",
    reason: "change",
    process: master.id,
    evidence: [{ kind: "workers-replaced" }],
  });
  expect(await said()).toBe("generation 2\n");
  const [confirmed] = await listEvents(pod(), "reload.confirmed");
  const { id } = await pod().container("nginx");
  expect(confirmed?.["process"]).toMatchObject({ id: master.id, container: { id, name: "nginx" } });
});
