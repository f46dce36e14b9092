import { describe, expect, test } from "bun:test";
import { eventually } from "../support/poll.ts";
import { describeWithServer, haproxyConfig, isIdle, isListening } from "../support/servers.ts";
import { watchedServer } from "../support/watched-server.ts";

const isRoot = process.getuid?.() === 0;
const asked = { dryRun: false, trace: null };

describeWithServer("nginx, whose files are watched", ["nginx"], "nginx-light", () => {
  const config = (says: string) => (folder: string, port: number) =>
    `
    ${isRoot ? "user root;" : ""} worker_processes 2; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.txt;
    events { worker_connections 64; }
    http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      server { listen 127.0.0.1:${port}; location / { return 200 "${says}"; } } }`;
  const nginx = () =>
    watchedServer({
      files: (folder, port) => ({ "conf/nginx.conf": config("one")(folder, port) }),
      command: (folder) => ["nginx", "-e", `${folder}/error.txt`, "-c", `${folder}/conf/nginx.conf`],
      isReady: async (server) => server.children().length === 2 && (await isListening(server.port)),
    });

  test("has what was written, and has not what it refuses", async () => {
    await using it = await nginx();
    const { folder, port, pid } = it.server;
    const says = async () => (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(await it.change("nginx.conf", config("two")(folder, port))).toMatchObject({
      status: "confirmed",
      reason: "change",
      evidence: [{ kind: "workers-replaced" }],
      process: expect.stringMatching(new RegExp(`^${pid}-`)),
    });
    expect(await says()).toBe("two");
    expect(await it.change("nginx.conf", "nonsense;")).toMatchObject({
      status: "failed",
      detail: expect.stringContaining("has refused"),
    });
    expect(await says()).toBe("two");
    expect(it.state().appliedHash).not.toBe(it.state().content?.hash ?? "");
    expect(await it.change("nginx.conf", config("three")(folder, port))).toMatchObject({ status: "confirmed" });
    expect(await says()).toBe("three");
  });
});

describeWithServer("haproxy, whose files are watched", ["haproxy"], "haproxy", () => {
  const config = (says: string) => (folder: string, port: number) => haproxyConfig(folder, port, says);

  test("has what was written, and has not what it refuses", async () => {
    await using it = await watchedServer({
      files: (folder, port) => ({ "conf/haproxy.cfg": config("one")(folder, port) }),
      command: (folder) => ["haproxy", "-W", "-db", "-f", `${folder}/conf/haproxy.cfg`],
      isReady: async (server) => server.said().includes("Loading success") && (await isIdle(server.pid)),
    });
    const { folder, port } = it.server;
    const says = async () => (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } })).text();
    expect(await it.change("haproxy.cfg", config("two")(folder, port))).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "workers-replaced" }],
    });
    expect(await says()).toBe("two");
    expect(await it.change("haproxy.cfg", "nonsense\n")).toMatchObject({ status: "failed" });
    expect(await it.change("haproxy.cfg", config("three")(folder, port))).toMatchObject({ status: "confirmed" });
    expect(await says()).toBe("three");
  });
});

describeWithServer("apache2, whose files are watched", ["apache2"], "apache2", () => {
  test("takes what was written, and ends of what it refuses, which is a failure", async () => {
    const config = (servers: number) => (folder: string, port: number) =>
      `
ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/apache2.pid
ErrorLog ${folder}/error.txt
Listen 127.0.0.1:${port}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
DefaultRuntimeDir ${folder}
Mutex file:${folder} default
StartServers ${servers}
${isRoot ? "User www-data\nGroup www-data" : ""}
`;
    await using it = await watchedServer({
      files: (folder, port) => ({ "conf/apache2.conf": config(2)(folder, port) }),
      command: (folder) => ["apache2", "-f", `${folder}/conf/apache2.conf`, "-DFOREGROUND"],
    });
    const { folder, port } = it.server;
    expect(await it.change("apache2.conf", config(3)(folder, port))).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "workers-replaced" }],
    });
    expect(await it.change("apache2.conf", "NoSuchDirective\n")).toMatchObject({
      status: "failed",
      detail: expect.stringMatching(/^It ended after /),
    });
  });
});

describeWithServer("prometheus, whose files are watched", ["prometheus"], "prometheus", () => {
  const config = (seconds: number) => `global: { scrape_interval: ${seconds}s }\n`;
  const prometheus = (waitMs: number) =>
    watchedServer(
      {
        files: () => ({ "conf/prometheus.yml": config(10) }),
        command: (folder, port) => [
          "prometheus",
          `--config.file=${folder}/conf/prometheus.yml`,
          `--storage.tsdb.path=${folder}/data`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
        isReady: ({ port }) =>
          fetch(`http://127.0.0.1:${port}/-/ready`).then(
            ({ ok }) => ok,
            () => false,
          ),
      },
      { proof: { waitMs, http: null } },
    );

  test("says itself that it has taken what was written, and that it has not", async () => {
    await using it = await prometheus(5_000);
    expect(await it.change("prometheus.yml", config(20))).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "metric" }],
    });
    expect(await it.change("prometheus.yml", "nonsense: 1\n")).toMatchObject({
      status: "failed",
      detail: expect.stringContaining("says that its last reload has failed"),
    });
  });

  test("hears of what mends it while a failure is still waited for", async () => {
    const waitMs = 120_000;
    await using it = await prometheus(waitMs);
    expect(await it.change("prometheus.yml", "nonsense: 1\n")).toMatchObject({ status: "failed" });
    // Its metric says failed already, so that only time tells whether this one has failed too.
    const before = performance.now();
    const waited = it.change("prometheus.yml", "nonsense: 2\n");
    // It has read the second one too.
    await eventually("the second failure", () => it.server.said().split("err=").length > 2);
    expect(it.state().last?.status).toBe("running");
    it.server.write("conf/prometheus.yml", config(30));
    expect(await waited).toMatchObject({ status: "superseded", reason: "change" });
    await eventually("what mends it", () => it.state().last?.status === "confirmed");
    expect(performance.now() - before).toBeLessThan(waitMs / 2);
    expect(it.state()).toMatchObject({ pending: null, appliedHash: it.state().content?.hash ?? "" });
  });
});

describeWithServer("dnsmasq and unbound, whose files are watched", ["dnsmasq", "unbound"], "dnsmasq, unbound", () => {
  test("dnsmasq opens its hosts anew", async () => {
    await using it = await watchedServer({
      files: () => ({ "conf/hosts": "127.0.0.1 one.example\n", "dnsmasq.conf": "" }),
      command: (folder, port) => [
        ...["dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--bind-interfaces", "--user=root"],
        ...["--listen-address=127.0.0.1", `--port=${port}`, `--conf-file=${folder}/dnsmasq.conf`],
        ...[`--addn-hosts=${folder}/conf/hosts`, `--pid-file=${folder}/pid`],
      ],
    });
    expect(await it.change("hosts", "127.0.0.1 two.example\n")).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "file-opened" }],
    });
  });

  test("unbound opens its configuration, and ends of one that it refuses", async () => {
    const config = (folder: string, port: number, more = "") =>
      `server:\n  interface: 127.0.0.1@${port}\n  chroot: ""\n  username: ""\n  directory: "${folder}"\n  pidfile: "${folder}/pid"\n  use-syslog: no\n  do-daemonize: no\n${more}remote-control:\n  control-enable: no\n`;
    await using it = await watchedServer({
      files: (folder, port) => ({ "conf/unbound.conf": config(folder, port) }),
      command: (folder) => ["unbound", "-d", "-c", `${folder}/conf/unbound.conf`],
    });
    const { folder, port } = it.server;
    expect(await it.change("unbound.conf", config(folder, port, "  verbosity: 0\n"))).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "file-opened" }],
    });
    expect(await it.change("unbound.conf", "server:\n  no-such-key: 1\n")).toMatchObject({ status: "failed" });
  });
});

describeWithServer("redis, whose files are watched", ["redis-server"], "redis-server", () => {
  test("has no reload: nothing is sent, whether it changes or somebody asks", async () => {
    await using it = await watchedServer({
      files: () => ({ "conf/redis.conf": "maxclients 100\n" }),
      command: (folder, port) => ["redis-server", "--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder],
    });
    const refused = await it.change("redis.conf", "maxclients 200\n");
    expect(refused).toMatchObject({ status: "failed", process: null, evidence: [] });
    expect(await it.reloads.run("app", asked)).toMatchObject({
      refusal: { kind: "signal-unhandled", detail: expect.not.stringContaining("force") },
    });
    expect(await it.reloads.run("app", { ...asked, dryRun: true })).toMatchObject({
      refusal: { kind: "signal-unhandled" },
    });
    expect(it.sexton.sentTo(it.server.pid)).toBe(false);
  });
});

describe("a server in Python, whose files are watched", () => {
  test("that SIGHUP would end is not told of anything, and lives", async () => {
    await using it = await watchedServer({
      files: () => ({ "server.py": "import time\nprint('ready')\ntime.sleep(600)\n", "conf/app.conf": "one" }),
      command: (folder) => ["python3", "-u", `${folder}/server.py`],
      isReady: (server) => server.said().includes("ready"),
    });
    const began = Date.now();
    // An app that was started within a second before may have read either.
    await eventually("it to be old enough", () => Date.now() - began > 1_500);
    expect(await it.change("app.conf", "two")).toMatchObject({
      status: "failed",
      detail: expect.stringContaining("no handler for SIGHUP, so the kernel would kill it"),
    });
    expect(it.sexton.sentTo(it.server.pid)).toBe(false);
    process.kill(it.server.pid, 0);
    // It was told nothing: what it has is what there is again, and nothing need be done.
    it.server.write("conf/app.conf", "one");
    await eventually("rest", () => it.state().pending === null && it.state().changes === 2);
    expect(it.reloads.records()).toHaveLength(1);
  });
});
