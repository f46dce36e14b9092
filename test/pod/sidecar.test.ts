import { expect } from "bun:test";
import { Deployment } from "kubernetes-models/apps/v1";
import type { Json } from "../support/binary.ts";
import { until } from "../support/pod/command.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { nginxImage } from "../support/pod/images.ts";
import { manifestOf } from "../support/pod/manifests.ts";
import { configMapsOf, playable } from "../support/pod/playable.ts";
import { nginxProcesses, post } from "../support/pod/sexton.ts";

const configMaps = configMapsOf("sidecar.yaml");
const pod = usePod("sidecar", async () => playable("sidecar.yaml", { nginx: await nginxImage() }), configMaps);

podTest("k8s/sidecar.yaml: nginx serves what its ConfigMap says", async () => {
  await nginxProcesses(pod());
  expect((await pod().api("http://127.0.0.1:8080/")).text).toBe("generation 1\n");
});

podTest("k8s/sidecar.yaml: POST /signal/reload reaches nginx", async () => {
  const { master } = await nginxProcesses(pod());
  const answer = await post(pod(), "/signal/reload?wait=0");
  expect(answer.json()).toMatchObject({ pid: master.pid, container: { name: "nginx" }, signal: "SIGHUP", sent: true });
});

podTest("k8s/sidecar.yaml: every probe of sexton answers 200 at the port that it names", async () => {
  const { spec } = new Deployment(manifestOf("sidecar.yaml", "Deployment") as never);
  const sexton = spec?.template.spec?.initContainers?.find(({ name }) => name === "sexton");
  const probes = [sexton?.startupProbe, sexton?.livenessProbe, sexton?.readinessProbe];
  for (const probe of probes) {
    const port = sexton?.ports?.find(({ name }) => name === probe?.httpGet?.port)?.containerPort;
    const answer = await pod().api(`http://127.0.0.1:${port}${probe?.httpGet?.path}`);
    expect({ path: probe?.httpGet?.path, status: answer.status }).toEqual({ path: probe?.httpGet?.path, status: 200 });
  }
});

podTest("k8s/sidecar.yaml: nginx serves what its ConfigMap says after it has changed", async () => {
  const config = configMaps[0]?.data?.["default.conf"] ?? "";
  pod().rewrite("config", { "default.conf": config.replace("generation 1", "generation 2") });
  await until("nginx to have it", async () => {
    return (await pod().api("http://127.0.0.1:8080/")).text === "generation 2\n" || undefined;
  });
  const watch = await until("the reload to be over", async () => {
    const { watches } = (await pod().api("/reloads")).json() as { watches: readonly Json[] };
    return watches[0]?.["lastReload"].status === "running" ? undefined : watches[0];
  });
  expect(watch).toMatchObject({ name: "config", target: "nginx", lastReload: { status: "confirmed" } });
});
