import { expect, test } from "bun:test";
import { eventually } from "../support/poll.ts";
import { reloadingServers } from "../support/reloading-servers.ts";
import { describeWithServer, haproxyConfig, isIdle, isListening } from "../support/servers.ts";

const { agent, start, reload, ended, oldWorkers } = reloadingServers();
const isRoot = process.getuid?.() === 0;

describeWithServer("nginx", ["nginx"], "nginx-light", () => {
  const config = (folder: string, port: number, workers = 2, more = "") => `
    ${isRoot ? "user root;" : ""} worker_processes ${workers}; daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.txt;
    events { worker_connections 64; }
    http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi; ${more}
      server { listen 127.0.0.1:${port}; location / { return 200 "one"; } } }`;
  const nginx = (workers = 2) =>
    start({
      files: (folder, port) => ({ "nginx.conf": config(folder, port, workers) }),
      command: (folder) => ["nginx", "-e", `${folder}/error.txt`, "-c", `${folder}/nginx.conf`],
      isReady: async (server) => server.children().length === workers && (await isListening(server.port)),
    });

  test.each([1, 2])("is confirmed when its workers are replaced, %d of them", async (workers) => {
    const { pid } = await nginx(workers);
    const outcome = await reload(pid);
    expect(outcome).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "workers-replaced", detail: expect.stringContaining(`${workers} started`) }],
    });
    const { afterSeconds } = outcome as { afterSeconds: number };
    expect(afterSeconds).toBeWithin(0.09, 2);
    expect(await ended(pid)).toMatchObject({ type: "reload.confirmed" });
  });

  test("is not confirmed with a configuration that it refuses, opened or not", async () => {
    const { pid, write, read } = await nginx();
    write("nginx.conf", "this is no configuration;");
    let opens = 0;
    const proof = { waitMs: 1_000, http: null, opened: () => opens++ };
    expect(await reload(pid, { proof, waitMs: 1_000 })).toMatchObject({
      status: "unconfirmed",
      evidence: [],
    });
    expect(read("error.txt")).toContain("unknown directive");
    expect(await ended(pid)).toMatchObject({ type: "reload.unconfirmed" });
  });

  test.each([
    ["before", 1],
    ["before", 2],
    ["after", 1],
    ["after", 2],
  ])("is not confirmed by a worker that crashes right %s the signal, of %d", async (when, workers) => {
    const { pid, write, children } = await nginx(workers);
    write("nginx.conf", "this is no configuration;");
    const [victim = 0] = children();
    const reloading = reload(pid);
    // It is sent when whatever waits for nothing has run.
    if (when === "after") await Bun.sleep(1);
    expect(agent().sentTo(pid)).toBe(when === "after");
    process.kill(victim, "SIGSEGV");
    expect(await reloading).toMatchObject({ status: "unconfirmed", evidence: [] });
    expect(children()).toHaveLength(workers);
    expect(children()).not.toContain(victim);
  });

  test("is confirmed while a worker of before serves its last connection, and that worker is counted", async () => {
    const { pid, port } = await nginx();
    // A request that is not complete yet.
    const slow = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    slow.write("GET / HTTP/1.1\r\nHost: x\r\n");
    await Bun.sleep(50);
    expect(await reload(pid)).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "workers-replaced", detail: "2 started, 1 exited, 1 leaving" }],
    });
    expect(oldWorkers(pid)).toBe(1);
    slow.end();
    await eventually("the old worker to leave", () => oldWorkers(pid) === 0);
  });
});

describeWithServer("haproxy, master and workers", ["haproxy"], "haproxy", () => {
  const config = (folder: string, port: number) => haproxyConfig(folder, port, "one");
  const haproxy = () =>
    start({
      files: (folder, port) => ({ "haproxy.cfg": config(folder, port) }),
      command: (folder) => ["haproxy", "-W", "-db", "-f", `${folder}/haproxy.cfg`],
      // It listens before its worker is there, and then executes itself once more: a signal is lost on it meanwhile.
      isReady: async (server) => server.said().includes("Loading success") && (await isIdle(server.pid)),
    });

  test("is confirmed by its new worker", async () => {
    const { pid } = await haproxy();
    expect(await reload(pid)).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "workers-replaced", detail: "1 started, 1 exited" }],
    });
  });

  test("is confirmed though the old worker stays for a connection, and that worker is counted", async () => {
    const { pid, port } = await haproxy();
    const slow = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    slow.write("GET / HTTP/1.1\r\nHost: x\r\n");
    await Bun.sleep(50);
    expect(await reload(pid, { waitMs: 5_000 })).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "workers-replaced", detail: "1 started, 0 exited, 1 leaving" }],
    });
    expect(oldWorkers(pid)).toBe(1);
    slow.end();
  });

  test("is not confirmed with a configuration that it refuses, though it executes itself", async () => {
    const { pid, write } = await haproxy();
    write("haproxy.cfg", "this is no configuration\n");
    expect(await reload(pid)).toMatchObject({ status: "unconfirmed", evidence: [] });
  });
});

describeWithServer("apache2", ["apache2"], "apache2-bin", () => {
  const config = (folder: string, port: number) => `
ServerRoot ${folder}
ServerName localhost
PidFile ${folder}/apache2.pid
ErrorLog ${folder}/error.txt
Listen 127.0.0.1:${port}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
DefaultRuntimeDir ${folder}
Mutex file:${folder} default
StartServers 2
${isRoot ? "User www-data\nGroup www-data" : ""}
`;
  const apache = () =>
    start({
      files: (folder, port) => ({ "apache2.conf": config(folder, port) }),
      command: (folder) => ["apache2", "-f", `${folder}/apache2.conf`, "-DFOREGROUND"],
    });

  test("is confirmed by its new generation", async () => {
    const { pid } = await apache();
    expect(await reload(pid)).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "workers-replaced" }],
    });
  });

  test("ends with a configuration that it refuses, which is a failure", async () => {
    const { pid, write } = await apache();
    write("apache2.conf", "NoSuchDirective\n");
    expect(await reload(pid)).toMatchObject({ status: "exited" });
    expect(await ended(pid)).toMatchObject({ type: "reload.failed" });
  });
});
