import { expect } from "bun:test";
import type { IConfigMap } from "kubernetes-models/v1";
import type { Json } from "../support/binary.ts";
import { until } from "../support/pod/command.ts";
import { actorContainer, nginxContainer, nginxVolumes } from "../support/pod/containers.ts";
import { podTest, usePod } from "../support/pod/harness.ts";
import { idsOf, nginxProcesses, post, sextonContainer } from "../support/pod/sexton.ts";
import { listEvents } from "../support/pod/zombies.ts";

const folder = "/etc/nginx/conf.d";
const server = (says: string) => `server { listen 127.0.0.1:8080; location / { return 200 "${says}\\n"; } }\n`;
const configMapOf = (says: string): IConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "web" },
  data: { "default.conf": server(says) },
});
const mounted = { volumeMounts: [{ name: "conf", mountPath: folder, readOnly: true }] };
const volumes = [...nginxVolumes, { name: "conf", configMap: { name: "web" } }];

const withVolume = async (env: Readonly<Record<string, string>>) => {
  const [nginx, sexton] = [await nginxContainer(), await sextonContainer("signal", env)];
  return {
    containers: [
      { ...nginx, volumeMounts: [...(nginx.volumeMounts ?? []), ...mounted.volumeMounts] },
      { ...sexton, ...mounted },
    ],
    volumes,
  };
};

const pod = usePod("config", () => withVolume({ SEXTON_WATCH: `conf=${folder},proof.wait=3s` }), [configMapOf("one")]);
const deaf = usePod(
  "config-deaf",
  async () => ({
    containers: [
      { ...(await actorContainer("app", "deaf")), ...mounted },
      { ...(await sextonContainer("signal", { SEXTON_WATCH: `conf=${folder}` })), ...mounted },
    ],
    volumes: [{ name: "conf", configMap: { name: "web" } }],
  }),
  [configMapOf("one")],
);

type Watch = Json & { readonly pending: unknown; readonly lastReload: (Json & { readonly id: number }) | null };
type Listing = { readonly watches: readonly [Watch]; readonly reloads: readonly (Json & { readonly id: number })[] };

const listing = async (of: typeof pod) => (await of().api("/reloads")).json() as Listing;
const said = async () => (await pod().api("http://127.0.0.1:8080/")).text;

/** The reload after the one of this id, once it has ended and nothing else is due. */
const reloadAfter = (id: number, of = pod) =>
  until("the next reload", async () => {
    const [watch] = (await listing(of)).watches;
    const { lastReload, pending } = watch;
    return lastReload !== null && lastReload.id > id && lastReload["endedAt"] !== null && pending === null
      ? lastReload
      : undefined;
  });
const lastId = async (of = pod) => (await listing(of)).reloads[0]?.id ?? 0;

podTest("a ConfigMap that changes is reloaded once, and the app is shown to have it", async () => {
  const [before, id] = [await nginxProcesses(pod()), await lastId()];
  pod().rewrite("conf", { "default.conf": server("two") });

  const reload = await reloadAfter(id);

  expect(reload).toMatchObject({ status: "confirmed", reason: "change", attempt: 1, process: before.master.id });
  expect(reload["evidence"]).toEqual([{ kind: "workers-replaced", detail: expect.stringMatching(/2 started/) }]);
  expect(await said()).toBe("two\n");
  const after = await nginxProcesses(pod());
  expect(after.master.id).toBe(before.master.id);
  expect(idsOf(after.workers)).not.toEqual(idsOf(before.workers));
  expect(await lastId()).toBe(id + 1);

  // The change, the signal, the reload and its proof are one chain.
  const events = await listEvents(pod(), "config.changed,signal.sent,reload.*");
  const [changed, sent, started, confirmed] = events.slice(-4);
  expect([changed, sent, started, confirmed].map((event) => event?.["type"])).toEqual([
    "config.changed",
    "signal.sent",
    "reload.started",
    "reload.confirmed",
  ]);
  expect([sent, started, confirmed].map((event) => event?.["cause"])).toEqual(
    [changed, sent, started].map((event) => event?.["id"]),
  );
  expect(changed?.["data"]).toMatchObject({ watch: "conf", path: folder, files: 1 });
  expect(confirmed?.["process"]).toMatchObject({ id: before.master.id, container: { name: "nginx" } });
});

podTest("what nginx refuses is a failure, and what mends it is reloaded", async () => {
  const id = await lastId();
  pod().rewrite("conf", { "default.conf": "server { nonsense" });
  const refused = await until("the reload to fail", async () => {
    const [last] = (await listing(pod)).reloads;
    return last && last.id > id && last["status"] !== "running" ? last : undefined;
  });
  expect(refused).toMatchObject({ status: "failed", detail: expect.stringContaining("no new workers") });
  const [{ hash, appliedHash, pending }] = (await listing(pod)).watches;
  expect(appliedHash).not.toBe(hash);
  expect(pending).not.toBeNull();
  expect((await pod().api("/metrics")).text).toContain('sexton_config_last_reload_successful{watch="conf"} 0\n');
  expect(JSON.stringify(await listing(pod))).not.toContain("nonsense");

  pod().rewrite("conf", { "default.conf": server("three") });
  expect(await reloadAfter(refused.id)).toMatchObject({ status: "confirmed" });
  expect(await said()).toBe("three\n");
  expect((await pod().api("/metrics")).text).toContain('sexton_config_last_reload_successful{watch="conf"} 1\n');
});

podTest("many swaps in a row are few reloads, and the last one counts", async () => {
  const [id, generation] = [await lastId(), Date.now()];
  for (let turn = 0; turn < 50; turn++) {
    pod().rewrite("conf", { "default.conf": server(`turn ${generation}-${turn}`) });
    await Bun.sleep(20);
  }
  const last = await reloadAfter(id);
  expect(last).toMatchObject({ status: "confirmed" });
  expect(await said()).toBe(`turn ${generation}-49\n`);
  // Settled within a second of quiet: one, or two on a machine that is busy.
  expect(last.id - id).toBeLessThanOrEqual(2);
});

podTest("a swap that changes nothing reloads nothing, and a request reloads all the same", async () => {
  const { watches, reloads } = await listing(pod);
  const text = await said();
  pod().rewrite("conf", { "default.conf": server(text.trim()) });
  const { status, json } = await post(pod(), "/reloads/conf");
  expect(status).toBe(200);
  expect(json()).toMatchObject({ status: "confirmed", reason: "request" });
  const now = await listing(pod);
  expect(now.watches[0]["hash"]).toBe(watches[0]["hash"] as string);
  expect(now.reloads).toHaveLength(reloads.length + 1);
});

podTest("a watch that is held waits until it is released", async () => {
  const id = await lastId();
  expect((await post(pod(), "/reloads/conf/hold", { for: "5m" })).status).toBe(200);
  pod().rewrite("conf", { "default.conf": server("held") });
  await until("the change to be seen", async () => {
    const [{ pending }] = (await listing(pod)).watches;
    return (pending as { reason: string } | null)?.reason === "held" || undefined;
  });
  expect(await lastId()).toBe(id);
  expect(await said()).not.toBe("held\n");
  await post(pod(), "/reloads/conf/release");
  expect(await reloadAfter(id)).toMatchObject({ status: "confirmed" });
  expect(await said()).toBe("held\n");
});

podTest("an app that a reload would kill is not signalled, and that is told", async () => {
  const app = await deaf().container("app");
  deaf().rewrite("conf", { "default.conf": server("two") });
  const refused = await until("the reload to be refused", async () => {
    const [reload] = (await listing(deaf)).reloads;
    return reload && reload["status"] !== "running" ? reload : undefined;
  });
  expect(refused).toMatchObject({ status: "failed", detail: expect.stringContaining("no handler for SIGHUP") });
  // Whoever asks is answered as where the signal itself is asked for, dry or not.
  for (const path of ["/reloads/conf", "/reloads/conf?dryRun=true"]) {
    const { status, json } = await post(deaf(), path);
    expect(status).toBe(409);
    const body = json() as Json;
    expect(body).toMatchObject({ kind: "signal-unhandled", disposition: "default-terminate" });
    expect(String(body["detail"])).not.toContain("force");
  }
  expect(await deaf().container("app")).toEqual({ ...app, running: true });
});
