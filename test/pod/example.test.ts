import { expect } from "bun:test";
import type { Json } from "../support/binary.ts";
import { haproxyImage } from "../support/pod/app-images.ts";
import { until } from "../support/pod/command.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { configMapsOf, playable } from "../support/pod/playable.ts";
import { listProcesses } from "../support/pod/sexton.ts";

const path = "examples/haproxy.yaml";
const configMaps = configMapsOf(path);
const pod = usePod("example", async () => playable(path, { haproxy: await haproxyImage() }), configMaps);

const said = async () => (await pod().api("http://127.0.0.1:8080/")).text;
const given = configMaps[0]?.data?.["haproxy.cfg"] ?? "";

/** The last reload, once it is over and another one than that. */
const reloadAfter = (id: number) =>
  until(
    "the next reload",
    async () => {
      const { watches } = (await pod().api("/reloads")).json() as { watches: readonly [Json] };
      const { lastReload } = watches[0];
      return lastReload !== null && lastReload.id > id && lastReload.status !== "running"
        ? (lastReload as Json)
        : undefined;
    },
    30_000,
  );

podTest(
  `k8s/${path}: HAProxy has its master's pid through a reload, another worker, and what its ConfigMap says`,
  async () => {
    const haproxy = async () => (await listProcesses(pod(), "?name=haproxy")).map(({ pid }) => pid);
    const before = await until("master and worker", async () => {
      const pids = await haproxy();
      return pids.length === 2 ? pids : undefined;
    });
    expect(await said()).toBe("generation 1\n");

    pod().rewrite("config", { "haproxy.cfg": given.replace("generation 1", "generation 2") });

    expect(await reloadAfter(0)).toMatchObject({ status: "confirmed", evidence: [{ kind: "workers-replaced" }] });
    await until("HAProxy to have it", async () => (await said()) === "generation 2\n" || undefined);
    const after = await haproxy();
    expect(after).toContain(Math.min(...before));
  },
);

podTest(`k8s/${path}: a configuration that HAProxy refuses is a failed reload, and the old one goes on`, async () => {
  const { id } = await reloadAfter(0);
  pod().rewrite("config", { "haproxy.cfg": `${given}  nonsense\n` });
  expect(await reloadAfter(id)).toMatchObject({ status: "failed" });
  expect(await said()).toBe("generation 2\n");
  expect((await pod().api("http://127.0.0.1:9098/metrics")).text).toContain(
    'sexton_config_last_reload_successful{watch="config"} 0\n',
  );
});
