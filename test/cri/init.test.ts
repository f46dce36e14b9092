import { expect } from "bun:test";
import type { Json } from "../support/binary.ts";
import { criTest, useCriPods } from "../support/cri/harness.ts";
import { shipped } from "../support/cri/shipped.ts";
import { sexton } from "../support/init/ground.ts";
import { plainNginxImage } from "../support/pod/app-images.ts";
import { run, until } from "../support/pod/command.ts";
import { listProcesses } from "../support/pod/sexton.ts";

const make = async () => {
  const libraries = [...(await run(["ldd", sexton])).matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  return shipped("init.yaml", { nginx: await plainNginxImage(libraries) });
};
const pods = useCriPods({ init: make });
const pod = () => pods("init");
const said = async () => (await fetch(`http://${pod().ip}:8080/`)).text();

const watch = async () => {
  const { watches } = (await pod().api("/reloads")).json() as { watches: readonly Json[] };
  return watches[0] as Json;
};
const reloadThat = (status: string) =>
  until(`a reload that is ${status}`, async () => {
    const { lastReload } = await watch();
    return lastReload?.status === status ? (lastReload as Json) : undefined;
  });

criTest("k8s/init.yaml: an init container has brought the program, and ended before the app was started", async () => {
  const [copy, nginx] = [await pod().state("copy-sexton"), await pod().state("nginx")];
  expect(copy).toMatchObject({ state: "CONTAINER_EXITED", exit_code: 0 });
  expect(nginx.started_at).toBeGreaterThan(copy.finished_at);
});

criTest("k8s/init.yaml: sexton is pid 1 of the app's container, and knows its id and its name", async () => {
  const processes = await listProcesses(pod());
  const { id } = await pod().container("nginx");
  const first = processes.find(({ pid }) => pid === 1);
  expect(first).toMatchObject({ exe: "/opt/sexton/sexton", role: "init", uid: 101 });
  const master = processes.find(({ name, ppid }) => name === "nginx" && ppid === 1);
  expect(master).toMatchObject({ role: "app", exe: "/usr/sbin/nginx" });
  for (const { container } of processes) expect(container).toMatchObject({ id, name: "nginx" });
  expect((await fetch(`http://${pod().ip}:9098/readyz`)).status).toBe(200);
});

criTest(
  "k8s/init.yaml: what nginx -t refuses is not reloaded, what mends it is, with new workers for proof",
  async () => {
    expect(await said()).toBe("generation 1\n");
    pod().rewrite("config", { "default.conf": "server { nonsense" });
    await reloadThat("rejected");
    expect(await said()).toBe("generation 1\n");
    const config = (await make()).configMaps?.[0]?.data?.["default.conf"] ?? "";
    pod().rewrite("config", { "default.conf": config.replace("generation 1", "generation 2") });
    expect(await reloadThat("confirmed")).toMatchObject({ evidence: [{ kind: "workers-replaced" }] });
    expect(await said()).toBe("generation 2\n");
  },
);

criTest("k8s/init.yaml: told to end, nginx ends, and the container with its exit code", async () => {
  await pod().terminate(20);
  expect(await pod().state("nginx")).toMatchObject({ state: "CONTAINER_EXITED", exit_code: 0 });
});
