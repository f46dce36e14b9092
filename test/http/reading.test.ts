import { afterAll, describe, expect, test } from "bun:test";
import { containersSchema, processDetailSchema, processListSchema, processSchema } from "#http/schemas/process.ts";
import { signalReportSchema, targetsSchema } from "#http/schemas/report.ts";
import { realApp } from "../support/app.ts";
import { eventually } from "../support/poll.ts";

const { request, json, post } = realApp();
const sleeper = Bun.spawn(["sleep", "1000"]);
afterAll(() => sleeper.kill());

describe("GET /processes", () => {
  test("answers as the document says, with every process of the machine", async () => {
    const body = processListSchema.parse(await json("/processes"));
    expect(body.count).toBe(body.processes.length);
    expect(body.processes.map(({ pid }) => pid)).toContain(process.pid);
    expect(body.unreadable).toBe(0);
  });

  test("a process has the fields of the contract, with units in their names", async () => {
    const found = await eventually("the sleeper", async () => {
      const { processes } = processListSchema.parse(await json("/processes?name=sleep"));
      return processes.find(({ pid }) => pid === sleeper.pid);
    });
    const { startTicks, startTime, uptimeSeconds, rssBytes, virtualBytes, cpuSeconds, cpuPercent, ...rest } = found;
    expect(rest).toMatchObject({
      pid: sleeper.pid,
      id: `${sleeper.pid}-${startTicks}`,
      ppid: process.pid,
      name: "sleep",
      args: ["sleep", "1000"],
      commandLine: "sleep 1000",
      state: "sleeping",
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
      threads: 1,
    });
    expect(found.exe).toMatch(/\/(sleep|coreutils|busybox)$/);
    expect(Math.abs(Date.parse(startTime) - (Date.now() - uptimeSeconds * 1000))).toBeLessThan(1_000);
    expect(rssBytes).toBeGreaterThan(4096);
    expect(virtualBytes).toBeGreaterThan(rssBytes);
    expect(cpuSeconds).toBeLessThan(1);
    expect(cpuPercent).toBeLessThan(100);
  });

  test("filters, sorts and limits", async () => {
    const pids = async (query: string) =>
      processListSchema.parse(await json(`/processes?${query}`)).processes.map(({ pid }) => pid);
    const ascending = await pids("sort=pid&limit=5");
    expect(ascending).toEqual([...ascending].sort((a, b) => a - b));
    expect(ascending).toHaveLength(5);
    expect(await pids("sort=-pid&limit=1")).not.toEqual(ascending.slice(0, 1));
    const { processes } = processListSchema.parse(await json("/processes?sort=-rss"));
    const rss = processes.map(({ rssBytes }) => rssBytes);
    expect(rss).toEqual([...rss].sort((a, b) => b - a));
    expect(await pids("name=no-such-name")).toEqual([]);
    expect(await pids("state=zombie&uid=4294967294")).toEqual([]);
    const { count, total } = processListSchema.parse(await json("/processes?limit=2"));
    expect(count).toBe(2);
    expect(total).toBeGreaterThan(2);
  });

  test("view=tree puts children below their parents and loses nobody", async () => {
    const body = processListSchema.parse(await json("/processes?view=tree"));
    const seen: number[] = [];
    const walk = (nodes: readonly unknown[], parent: number | null) => {
      for (const node of nodes) {
        const { pid, ppid, children } = processSchema.parse(node);
        seen.push(pid);
        if (parent !== null) expect(ppid).toBe(parent);
        walk(children ?? [], pid);
      }
    };
    walk(body.processes, null);
    expect(seen).toHaveLength(body.count);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("?pretty=true and Accept: text/plain give a table, */* and application/json give JSON", async () => {
    for (const init of [undefined, { headers: { accept: "*/*" } }, { headers: { accept: "application/json" } }]) {
      expect((await request("/processes", init)).headers.get("content-type")).toBe("application/json");
    }
    for (const response of [
      await request("/processes?pretty=true"),
      await request("/processes", { headers: { accept: "text/plain" } }),
    ]) {
      expect(response.headers.get("content-type")).toStartWith("text/plain");
      expect(await response.text()).toMatch(/^\s*PID\s+PPID\s+UID/);
    }
  });

  test("what a process calls itself cannot move the terminal's cursor", async () => {
    const evil = Bun.spawn(["sleep", "1000"], { argv0: "\u001b[2J\nfake" });
    const table = await eventually("the process", async () => {
      const text = await (await request("/processes?pretty=true")).text();
      return text.includes("fake") ? text : null;
    });
    expect(table).not.toContain("\u001b");
    expect(table).toContain("\\x1b[2J\\nfake");
    evil.kill();
  });
});

describe("GET /processes/{pid}", () => {
  test("answers as the document says", async () => {
    const detail = processDetailSchema.parse(await json(`/processes/${sleeper.pid}`));
    expect(detail.terminates.SIGTERM).toBe("default");
    expect(detail.signals.caught).toEqual([]);
    expect(detail.fds.open).toBeGreaterThanOrEqual(3);
    expect(detail.fds.softLimit).toBeGreaterThan(10);
    expect(detail.limits?.["Max open files"]?.soft).toBe(detail.fds.softLimit as number);
    expect(detail.nsPids[0]).toBe(sleeper.pid);
    expect(detail.cwd).toBe(process.cwd());
    expect(detail.root).toBe("/");
    expect(detail.namespaces?.["pid"]).toMatch(/^pid:\[\d+\]$/);
    expect(detail.io?.readBytes).toBeGreaterThan(0);
  });

  test("an id is as good as a pid", async () => {
    const { id } = await json(`/processes/${sleeper.pid}`);
    expect(await json(`/processes/${id}`)).toMatchObject({ pid: sleeper.pid, id });
  });

  test("signals by name, and whether SIGTERM is handled", async () => {
    const trapping = Bun.spawn(["sh", "-c", "trap : TERM HUP; trap '' USR1; read line"], { stdin: "pipe" });
    const detail = await eventually("the traps", async () => {
      const found = await json(`/processes/${trapping.pid}`);
      return found["terminates"]?.SIGTERM === "handled" && found["signals"].ignored.includes("SIGUSR1") ? found : null;
    });
    expect(detail["signals"].caught).toEqual(expect.arrayContaining(["SIGHUP", "SIGTERM"]));
    trapping.kill(9);
  });
});

describe("GET /processes/{pid}/{file}", () => {
  for (const file of [
    "status",
    "stat",
    "statm",
    "limits",
    "cgroup",
    "mounts",
    "mountinfo",
    "io",
    "maps",
    "smaps_rollup",
    "wchan",
    "oom_score",
  ]) {
    test(`${file} is the kernel's own text`, async () => {
      const response = await request(`/processes/${sleeper.pid}/${file}`);
      expect({ status: response.status, type: response.headers.get("content-type") }).toEqual({
        status: 200,
        type: "text/plain; charset=utf-8",
      });
      const own = await Bun.file(`/proc/${sleeper.pid}/${file}`).text();
      // The counters of a sleeping process may still move; its words do not.
      expect((await response.text()).replace(/\d+/g, "#")).toBe(own.replace(/\d+/g, "#"));
    });
  }

  test("environ is served only where it is exposed", async () => {
    const open = realApp({ exposeEnviron: true });
    const child = Bun.spawn(["sleep", "1000"], { env: { PATH: process.env["PATH"] ?? "", MARK: "of-the-test" } });
    expect((await request(`/processes/${child.pid}/environ`)).status).toBe(404);
    const text = await eventually("the environment", async () => {
      const body = await (await open.request(`/processes/${child.pid}/environ`)).text();
      return body.includes("MARK") ? body : null;
    });
    expect(text).toContain("MARK=of-the-test");
    child.kill();
  });
});

test("GET /containers answers as the document says", async () => {
  containersSchema.parse(await json("/containers"));
});

describe("GET /signal and POST dry runs", () => {
  test("the list of targets answers as the document says, and signals nobody", async () => {
    const body = targetsSchema.parse(await json("/signal"));
    expect(body.usage[0]).toBe("curl -X POST localhost:9099/signal/reload");
  });

  test("every way of saying SIGTERM is the same", async () => {
    const to = `/processes/${sleeper.pid}/signal?dryRun=true`;
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const jsonType = { "content-type": "application/json" };
    const ways: RequestInit[] = [
      { body: "TERM" },
      { body: "15" },
      { body: "sigterm", headers: form },
      { body: "signal=SIGTERM", headers: form },
      { body: '{"signal":"term"}', headers: form },
      { body: '{"signal":15}', headers: jsonType },
      { body: '{"verb":"TERM","wait":0}', headers: jsonType },
    ];
    for (const way of ways) {
      const report = signalReportSchema.parse(await (await post(to, way)).json());
      expect(report).toMatchObject({ pid: sleeper.pid, signal: "SIGTERM", number: 15, sent: false, dryRun: true });
    }
    expect(sleeper.exitCode).toBe(null);
  });

  test("RTMIN+3 keeps its plus sign, in a path, a form and JSON", async () => {
    const to = `/processes/${sleeper.pid}/signal?dryRun=true&force=true`;
    for (const init of [
      { body: "RTMIN+3" },
      { body: "RTMIN+3", headers: { "content-type": "application/x-www-form-urlencoded" } },
    ]) {
      expect(await (await post(to, init)).json()).toMatchObject({ signal: "SIGRTMIN+3", number: 37 });
    }
  });
});
