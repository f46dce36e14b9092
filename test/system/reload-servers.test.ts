import { expect, test } from "bun:test";
import { join } from "node:path";
import { watchContent } from "#daemon/content/watch.ts";
import { eventually } from "../support/poll.ts";
import { reloadingServers } from "../support/reloading-servers.ts";
import { describeWithServer, type Server } from "../support/servers.ts";

const { start, reload, report, ended } = reloadingServers();

describeWithServer("prometheus", ["prometheus"], "prometheus", () => {
  const prometheus = (path = "") =>
    start({
      files: () => ({ "prometheus.yml": "global: { scrape_interval: 10s }\n" }),
      command: (folder, port) => [
        "prometheus",
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        `--web.external-url=http://prometheus.example${path}`,
      ],
      isReady: ({ port }) =>
        fetch(`http://127.0.0.1:${port}${path}/-/ready`).then(
          ({ ok }) => ok,
          () => false,
        ),
    });

  test.each(["", "/behind/a/path"])("is confirmed by its own metric, served at %p", async (path) => {
    const { pid } = await prometheus(path);
    expect(await reload(pid)).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "metric", detail: expect.stringContaining("config_last_reload_success_timestamp_seconds") }],
    });
  });

  test("says itself that a configuration is bad, which is a failure; and then that the next is good", async () => {
    const { pid, write } = await prometheus();
    write("prometheus.yml", "global: { no_such_key: 1 }\n");
    const outcome = await reload(pid);
    expect(outcome).toMatchObject({ status: "unconfirmed", evidence: [] });
    expect(outcome).toHaveProperty("failure", expect.stringContaining("prometheus_config_last_reload_successful is 0"));
    expect((await ended(pid)).type).toBe("reload.failed");
    expect(await reload(pid)).toHaveProperty("failure");
    write("prometheus.yml", "global: { scrape_interval: 20s }\n");
    expect(await reload(pid)).toMatchObject({ status: "confirmed" });
  });
});

describeWithServer("alertmanager", ["prometheus-alertmanager"], "prometheus-alertmanager", () => {
  test("is confirmed by its own metric, and says itself that a configuration is bad", async () => {
    const { pid, write } = await start({
      files: () => ({ "alertmanager.yml": "route: { receiver: none }\nreceivers: [{ name: none }]\n" }),
      command: (folder, port) => [
        "prometheus-alertmanager",
        `--config.file=${folder}/alertmanager.yml`,
        `--storage.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--cluster.listen-address=",
      ],
    });
    expect(await reload(pid)).toMatchObject({ status: "confirmed", evidence: [{ kind: "metric" }] });
    write("alertmanager.yml", "route: {}\n");
    expect(await reload(pid)).toHaveProperty("failure");
  });
});

/** The reload of a server whose files are watched. */
async function reloadWatched({ pid, folder }: Server, file: string, settings = {}) {
  const watch = watchContent([join(folder, file)], () => {});
  try {
    await eventually("the watch", () => watch.mechanism() === "inotify");
    return await reload(pid, { proof: { waitMs: 2_000, http: null, opened: watch.opened }, ...settings });
  } finally {
    watch.stop();
  }
}

describeWithServer("dnsmasq", ["dnsmasq"], "dnsmasq-base", () => {
  const dnsmasq = () =>
    start({
      files: () => ({ hosts: "127.0.0.1 one.example\n", "dnsmasq.conf": "" }),
      command: (folder, port) => [
        ...["dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--bind-interfaces", "--user=root"],
        ...["--listen-address=127.0.0.1", `--port=${port}`, `--conf-file=${folder}/dnsmasq.conf`],
        ...[`--addn-hosts=${folder}/hosts`, `--pid-file=${folder}/pid`],
      ],
    });

  test("is confirmed when it opens what it re-reads, and not for what it does not", async () => {
    const server = await dnsmasq();
    expect(await reloadWatched(server, "hosts")).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "file-opened" }],
    });
    expect(await reloadWatched(server, "dnsmasq.conf")).toMatchObject({
      status: "unconfirmed",
      evidence: [],
    });
  });
});

describeWithServer("unbound", ["unbound"], "unbound", () => {
  const unbound = () =>
    start({
      files: (folder, port) => ({
        "unbound.conf": `server:\n  interface: 127.0.0.1@${port}\n  chroot: ""\n  username: ""\n  directory: "${folder}"\n  pidfile: "${folder}/pid"\n  use-syslog: no\n  do-daemonize: no\nremote-control:\n  control-enable: no\n`,
      }),
      command: (folder) => ["unbound", "-d", "-c", `${folder}/unbound.conf`],
    });

  test("is confirmed when it opens its configuration", async () => {
    expect(await reloadWatched(await unbound(), "unbound.conf")).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "file-opened" }],
    });
  });

  test("ends of a configuration that it refuses, which is a failure though it has opened it", async () => {
    const server = await unbound();
    server.write("unbound.conf", "server:\n  no-such-key: 1\n");
    expect(await reloadWatched(server, "unbound.conf")).toMatchObject({ status: "exited" });
  });
});

describeWithServer("redis", ["redis-server"], "redis-server", () => {
  test("has no reload, so nothing is sent", async () => {
    const { pid } = await start({
      files: () => ({}),
      command: (folder, port) => ["redis-server", "--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder],
    });
    expect(await report(pid)).toMatchObject({ kind: "signal-unhandled" });
    expect(await reload(pid, { force: true, waitMs: 500 })).toMatchObject({ status: "unconfirmed" });
  });
});
