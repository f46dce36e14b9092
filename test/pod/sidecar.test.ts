import { expect } from "bun:test";
import { Deployment } from "kubernetes-models/apps/v1";
import type { IConfigMap, IContainer, IPodSpec } from "kubernetes-models/v1";
import type { Json } from "../support/binary.ts";
import { until } from "../support/pod/command.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { nginxImage } from "../support/pod/images.ts";
import { manifests } from "../support/pod/manifests.ts";
import { nginxProcesses, post } from "../support/pod/sexton.ts";
import { sextonImage } from "../support/pod/sexton-image.ts";

const objects = manifests().get("sidecar.yaml") ?? [];
const configMaps = objects.filter(({ kind }) => kind === "ConfigMap") as IConfigMap[];
const spec = new Deployment(objects.find(({ kind }) => kind === "Deployment") as never).spec?.template.spec;

/**
 * k8s/sidecar.yaml as far as podman can play it. It does not know native sidecars: an init container would have to end
 * before nginx starts, so the sidecar becomes a container beside it. It would run probes inside of the containers, with
 * a curl that is not there, so the test below calls them. And it may not pull, so the images are those made here.
 */
async function playable(): Promise<IPodSpec> {
  if (spec === undefined) throw new Error("Cannot play k8s/sidecar.yaml: it holds no Deployment");
  const { initContainers = [], containers, ...rest } = spec;
  const images: Readonly<Record<string, string>> = { sexton: await sextonImage(), nginx: await nginxImage() };
  const adapt = ({ restartPolicy, startupProbe, livenessProbe, readinessProbe, ...kept }: IContainer): IContainer => {
    return { ...kept, image: images[kept.name] ?? kept.image ?? "" };
  };
  return { ...rest, containers: [...initContainers, ...containers].map(adapt) };
}

const pod = usePod("sidecar", playable, configMaps);

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
  const sexton = spec?.initContainers?.find(({ name }) => name === "sexton");
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
