import { describe, expect, test } from "bun:test";
import { reloadingServers } from "../support/reloading-servers.ts";
import { describeWithServer, isListening, phpFpm } from "../support/servers.ts";

const { start, reload, report, ended } = reloadingServers();
const isRoot = process.getuid?.() === 0;

describeWithServer("php-fpm", [phpFpm], "php-fpm", () => {
  const php = () =>
    start({
      files: (folder, port) => ({
        "fpm.conf": `[global]\nerror_log = ${folder}/error.txt\ndaemonize = no\npid = ${folder}/fpm.pid\n[www]\n${
          isRoot ? "user = www-data\ngroup = www-data\n" : ""
        }listen = 127.0.0.1:${port}\npm = static\npm.max_children = 2\n`,
      }),
      command: (folder) => [phpFpm, "-F", "-y", `${folder}/fpm.conf`],
    });

  test("is confirmed when it has executed itself", async () => {
    const { pid } = await php();
    expect(await reload(pid)).toMatchObject({
      status: "confirmed",
      evidence: expect.arrayContaining([{ kind: "re-executed", detail: expect.stringContaining("was executed anew") }]),
    });
  });

  test("ends with a configuration that it refuses, which is a failure", async () => {
    const { pid, write } = await php();
    write("fpm.conf", "[global]\nno_such_key = 1\n");
    expect(await reload(pid)).toMatchObject({ status: "exited" });
  });
});

describeWithServer("gunicorn", ["gunicorn"], "gunicorn", () => {
  const app = "def app(environ, start):\n    start('200 OK', [])\n    return [b'one']\n";
  const gunicorn = () =>
    start({
      files: () => ({ "shop.py": app }),
      command: (_, port) => ["gunicorn", "-w", "2", "-b", `127.0.0.1:${port}`, "shop:app"],
      isReady: async (server) => server.children().length === 2 && (await isListening(server.port)),
    });

  test("is confirmed when its workers are replaced", async () => {
    const { pid } = await gunicorn();
    expect(await reload(pid, { waitMs: 10_000 })).toMatchObject({
      status: "confirmed",
      evidence: [{ kind: "workers-replaced" }],
    });
  });

  test("ends with an app that does not load, which is a failure", async () => {
    const { pid, write } = await gunicorn();
    write("shop.py", "raise Exception('no')\n");
    expect(await reload(pid, { waitMs: 10_000 })).toMatchObject({ status: "exited" });
  });
});

describe("a server in Python", () => {
  const python = (text: string) =>
    start({
      files: () => ({ "server.py": text }),
      command: () => ["python3", "-u", "server.py"],
      isReady: (server) => server.said().includes("ready"),
    });

  test("that SIGHUP ends: refused, and a failure where it is forced", async () => {
    const { pid } = await python("import time\nprint('ready')\ntime.sleep(600)\n");
    expect(await report(pid)).toMatchObject({ kind: "signal-unhandled", facts: { signal: "SIGHUP" } });
    expect(await reload(pid, { force: true })).toMatchObject({ status: "exited", signal: "SIGHUP" });
    expect(await ended(pid)).toMatchObject({ type: "reload.failed" });
  });

  test("that ends itself on a bad configuration, a while after it was opened", async () => {
    const { pid, said } = await python(`
import signal, sys, time
def reload(*_):
    global opened
    sys.stdout.write("opened\\n")
    time.sleep(0.1)
    sys.exit(3)
signal.signal(signal.SIGHUP, reload)
print("ready")
while True: signal.pause()
`);
    const opened = () => (said().includes("opened") ? 1 : 0);
    const proof = { waitMs: 2_000, http: null, opened };
    expect(await reload(pid, { proof })).toMatchObject({ status: "exited", exitCode: 3 });
  });
});
