import { expect } from "bun:test";
import type { Json } from "../support/binary.ts";
import { sexton } from "../support/init/ground.ts";
import { plainNginxImage } from "../support/pod/app-images.ts";
import { run, until } from "../support/pod/command.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { configMapsOf, playable } from "../support/pod/playable.ts";
import { listProcesses } from "../support/pod/sexton.ts";

const configMaps = configMapsOf("init.yaml");

const pod = usePod(
  "init-manifest",
  async () => {
    const libraries = [...(await run(["ldd", sexton])).matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
    return playable("init.yaml", { nginx: await plainNginxImage(libraries) });
  },
  configMaps,
);

const said = async () => (await pod().api("http://127.0.0.1:8080/")).text;
const write = (text: string) => pod().rewrite("config", { "default.conf": text });
const given = configMaps[0]?.data?.["default.conf"] ?? "";

async function watch(): Promise<Json> {
  const { watches } = (await pod().api("/reloads")).json() as { watches: readonly Json[] };
  return watches[0] as Json;
}

podTest("k8s/init.yaml: the program that an init container has copied is pid 1, and nginx its app", async () => {
  const processes = await listProcesses(pod());
  expect(processes.find(({ pid }) => pid === 1)).toMatchObject({ exe: "/opt/sexton/sexton", role: "init", uid: 101 });
  const master = processes.find(({ name, ppid }) => name === "nginx" && ppid === 1);
  expect(master).toMatchObject({ role: "app", exe: "/usr/sbin/nginx" });
  expect(await said()).toBe("generation 1\n");
  expect((await pod().exec("nginx", "/opt/sexton/sexton", "health")).exitCode).toBe(0);
});

podTest("k8s/init.yaml: the probes' listener answers at the port that it names", async () => {
  for (const path of ["/livez", "/readyz", "/metrics"])
    expect((await pod().api(`http://127.0.0.1:9098${path}`)).status).toBe(200);
});

podTest("k8s/init.yaml: nginx -t refuses what is broken, and what mends it is reloaded", async () => {
  write("server { nonsense");
  await until("it to be refused", async () => {
    const { lastReload } = await watch();
    return lastReload?.status === "rejected" || undefined;
  });
  expect(await said()).toBe("generation 1\n");
  write(given.replace("generation 1", "generation 2"));
  await until("nginx to have it", async () => (await said()) === "generation 2\n" || undefined);
  const mended = await until("the reload to be over", async () => {
    const { lastReload } = await watch();
    return lastReload.status === "running" ? undefined : lastReload;
  });
  expect(mended).toMatchObject({ status: "confirmed", evidence: [{ kind: "workers-replaced" }] });
});
