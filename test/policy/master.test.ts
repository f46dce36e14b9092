import { describe, expect, test } from "bun:test";
import { findMaster } from "#policy/master.ts";
import { profiles } from "#policy/profiles.ts";
import { findApps } from "#process/app.ts";
import { podOf, type Row } from "../support/processes.ts";

/** `pid profile` of the master of the container `web`. */
function masterOf(...rows: Row[]): string {
  const table = podOf(...rows.map((row) => ({ in: "web", ...row })));
  const app = findApps(table).find(({ name }) => name === "web");
  if (!app) throw new Error("there is no app called web");
  const { process, profile } = findMaster(app, table, profiles);
  return `${process.pid} ${profile?.name ?? "-"}`;
}

const nginx = { name: "nginx", exe: "/usr/sbin/nginx", args: ["nginx: master process nginx -g daemon off;"] };
const worker = { name: "nginx", exe: "/usr/sbin/nginx", args: ["nginx: worker process"] };
const shell = { name: "sh", exe: "/bin/dash", args: ["sh", "-c", "/entrypoint.sh"] };
const redis = { name: "redis-server", exe: "/usr/bin/redis-server", args: ["redis-server *:6379"] };
const sleep = { name: "sleep", exe: "/bin/sleep", args: ["sleep", "1000"] };

describe("findMaster()", () => {
  test("is the main process that a profile knows", () => {
    expect(masterOf({ pid: 17, ...nginx }, { pid: 18, ppid: 17, ...worker })).toBe("17 nginx");
  });

  test("is the main process without a profile where none knows it", () => {
    expect(masterOf({ pid: 17, ...sleep })).toBe("17 -");
  });

  test("is nginx under a shell, not the shell", () => {
    expect(masterOf({ pid: 17, ...shell }, { pid: 18, ppid: 17, ...nginx }, { pid: 19, ppid: 18, ...worker })).toBe(
      "18 nginx",
    );
  });

  test("is nginx under an init and a shell", () => {
    const tini = { name: "tini", exe: "/sbin/tini", args: ["tini", "--", "sh"] };
    expect(masterOf({ pid: 17, ...tini }, { pid: 18, ppid: 17, ...shell }, { pid: 19, ppid: 18, ...nginx })).toBe(
      "19 nginx",
    );
  });

  test("is never a worker, even one of a lower pid than the master", () => {
    expect(masterOf({ pid: 30, ...nginx }, { pid: 18, ppid: 30, ...worker }, { pid: 19, ppid: 30, ...worker })).toBe(
      "30 nginx",
    );
    // The listing may have the workers first.
    expect(masterOf({ pid: 18, ppid: 30, ...worker }, { pid: 30, ppid: 29, ...nginx }, { pid: 29, ...shell })).toBe(
      "30 nginx",
    );
  });

  test("is not a worker that lost its master and was taken over by the init", () => {
    const tini = { name: "tini", exe: "/sbin/tini", args: ["tini", "-s", "--", "sh"] };
    const [lost, master] = [
      { pid: 18, ppid: 17, ...worker },
      { pid: 30, ppid: 17, ...nginx },
    ];
    expect(masterOf({ pid: 17, ...tini }, lost, master)).toBe("30 nginx");
  });

  test("is nginx in the background of a container whose main process only waits", () => {
    const tail = { name: "tail", exe: "/usr/bin/tail", args: ["tail", "-f", "/dev/null"] };
    expect(masterOf({ pid: 17, ...tail }, { pid: 30, ppid: 1, ...nginx }, { pid: 31, ppid: 30, ...worker })).toBe(
      "30 nginx",
    );
  });

  test("is not a worker that has outlived every master", () => {
    const tini = { name: "tini", exe: "/sbin/tini", args: ["tini", "-s", "--", "sh"] };
    expect(masterOf({ pid: 17, ...tini }, { pid: 18, ppid: 17, ...worker })).toBe("17 -");
  });

  test("is the topmost where the master has not written its title yet", () => {
    const young = { ...nginx, args: ["nginx", "-g", "daemon off;"] };
    expect(masterOf({ pid: 17, ...shell }, { pid: 18, ppid: 17, ...young })).toBe("18 nginx");
  });

  test("is found where permission hides the executable", () => {
    expect(masterOf({ pid: 17, ...shell, exe: null }, { pid: 18, ppid: 17, ...nginx, exe: null })).toBe("18 nginx");
  });

  test("is the main process where two apps below a wrapper decide nothing", () => {
    expect(masterOf({ pid: 17, ...shell }, { pid: 18, ppid: 17, ...nginx }, { pid: 19, ppid: 17, ...redis })).toBe(
      "17 -",
    );
  });

  test("is the main process where it is an app itself and has started another", () => {
    expect(masterOf({ pid: 17, ...nginx }, { pid: 19, ppid: 17, ...redis })).toBe("17 nginx");
  });

  test("is not a zombie of the app", () => {
    expect(
      masterOf(
        { pid: 17, ...shell },
        { pid: 18, ppid: 17, ...nginx, state: "zombie" },
        { pid: 20, ppid: 17, ...sleep },
      ),
    ).toBe("17 -");
    expect(
      masterOf(
        { pid: 17, ...shell },
        { pid: 18, ppid: 17, ...nginx, state: "zombie" },
        { pid: 20, ppid: 17, ...nginx },
      ),
    ).toBe("20 nginx");
  });

  test("is not an app of another container, nor an exec session", () => {
    expect(masterOf({ pid: 17, ...shell }, { pid: 18, ppid: 17, ...nginx, in: "other" })).toBe("17 -");
    expect(masterOf({ pid: 17, ...shell }, { pid: 90, ...nginx })).toBe("17 -");
  });

  test("is the topmost process of a profile that knows no titles", () => {
    const apache = { name: "apache2", exe: "/usr/sbin/apache2", args: ["/usr/sbin/apache2", "-k", "start"] };
    expect(masterOf({ pid: 17, ...shell }, { pid: 40, ppid: 17, ...apache }, { pid: 20, ppid: 40, ...apache })).toBe(
      "40 httpd",
    );
  });
});
