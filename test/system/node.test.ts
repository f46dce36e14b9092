import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Agent, type Json, runBinary, startAgent } from "../support/binary.ts";
import { createFakeNode, type FakeNode, type FakePod, type FakeProcess, nodeProblem } from "../support/node-pod.ts";
import { eventually } from "../support/poll.ts";

const skip = nodeProblem !== null;
if (skip) console.warn(`Skipped test/system/node.test.ts: ${nodeProblem}`);

describe.skipIf(skip)("the binary in the node position", () => {
  let node: FakeNode;
  let web: FakePod;
  let shop: FakePod;
  const running: Record<string, FakeProcess> = {};
  const agents: Agent[] = [];

  beforeAll(() => {
    node = createFakeNode();
    web = node.pod("default", "web-1");
    shop = node.pod("shop", "web-1");
    running["pause"] = web.start(null, web.pause);
    running["app"] = web.start("app", ["sleep", "1201"]);
    running["proxy"] = web.start("proxy", ["sleep", "1202"]);
    running["shop"] = shop.start("app", ["sh", "-c", "trap '' HUP; sleep 0.1 & exec sleep 1203"]);
  });
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.stop()));
  });
  afterAll(() => node.close());

  async function start(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Agent> {
    const placed = { SEXTON_POSITION: "node", SEXTON_NODE_POD_LOGS: node.logs };
    const agent = await startAgent({ args, env: { ...placed, ...env } });
    agents.push(agent);
    return agent;
  }

  const pidOf = (name: string) => (running[name] as FakeProcess).pid;
  const processes = async (agent: Agent, query: string): Promise<Json[]> =>
    (await agent.json(`/processes${query}`))["processes"];

  /** Until the shell that starts it has come as far as the program. */
  const settled = (agent: Agent) =>
    eventually("all pods to run their programs", async () => {
      const found = await processes(agent, "?pod=web-1");
      return found.filter(({ name }) => name === "sleep" || name === "pause").length === 5 ? found : null;
    });

  test("lists the processes of every pod, by namespace, pod and container", async () => {
    const agent = await start();
    const found = await settled(agent);
    const places = found.map(({ pid, role, container }) => [pid, role, container.name, container.pod]);
    const pod = { uid: web.uid, name: "web-1", namespace: "default" };
    const ofShop = { uid: shop.uid, name: "web-1", namespace: "shop" };
    expect(places).toContainEqual([pidOf("app"), "app", "app", pod]);
    expect(places).toContainEqual([pidOf("proxy"), "app", "proxy", pod]);
    expect(places).toContainEqual([pidOf("pause"), "pause", null, pod]);
    expect(places).toContainEqual([pidOf("shop"), "app", "app", ofShop]);
    const pidsOf = async (query: string) => (await processes(agent, query)).map(({ pid }) => pid).sort();
    const ofWeb = [pidOf("app"), pidOf("proxy"), pidOf("pause")].sort();
    expect(await pidsOf(`?pod=${web.uid}`)).toEqual(ofWeb);
    expect(await pidsOf(`?pod=${web.uid.slice(0, 13)}`)).toEqual(ofWeb);
    expect(await pidsOf("?pod=default/web-1")).toEqual(ofWeb);
    expect(await pidsOf("?pod=web-1&namespace=default&container=app")).toEqual([pidOf("app")]);
    expect(await pidsOf("?namespace=none")).toEqual([]);
    // Of no pod: a service of the machine, and the machine's init.
    const [own] = await processes(agent, `?name=${encodeURIComponent(await nameOf(agent, process.pid))}`);
    expect(own).toMatchObject({ role: "other", container: null });
    expect((await agent.json("/processes/1"))["role"]).toBe("other");
  });

  const nameOf = async (agent: Agent, pid: number): Promise<string> => (await agent.json(`/processes/${pid}`))["name"];

  test("tells of births, ends and zombies whose pod they are", async () => {
    const agent = await start(["--zombies-min-age", "50ms"]);
    await settled(agent);
    const job = web.start("job", ["sh", "-c", "sleep 0.3 & exec sleep 1204"]);
    const zombie = await eventually("the zombie", async () => {
      const { zombies } = await agent.json("/zombies");
      return zombies.find(({ parent }: Json) => parent?.pid === job.pid);
    });
    const pod = { uid: web.uid, name: "web-1", namespace: "default" };
    expect(zombie).toMatchObject({ remedies: [], advice: expect.any(String) });
    const reap = await agent.post("/zombies/reap?strategy=adopt&minAgeSeconds=0");
    expect((await reap.json()) as Json).toMatchObject({
      reaped: 0,
      results: expect.arrayContaining([expect.objectContaining({ pid: zombie.pid, outcome: "refused" })]),
    });
    expect(zombie).toMatchObject({ container: { name: "job", pod }, parent: { container: { name: "job", pod } } });
    job.kill("SIGKILL");
    const events = await eventually("the end of the container", async () => {
      const { events } = await agent.json("/events");
      const own = events.filter(({ process, data }: Json) => (process ?? data)?.container?.id === job.containerId);
      return own.some(({ type }: Json) => type === "container.exited") ? own : null;
    });
    const exited = events.find(({ type, process }: Json) => type === "process.exited" && process.pid === job.pid);
    expect(exited).toMatchObject({ process: { container: { name: "job", pod } } });
    expect(events.at(-1)).toMatchObject({ type: "container.exited", data: { container: { name: "job", pod } } });
  });

  test("signals nobody unless it is told to, and never what holds a pod together", async () => {
    const agent = await start();
    await settled(agent);
    const refused = await agent.post(`/processes/${pidOf("app")}/signal?verb=HUP`);
    expect([refused.status, await refused.json()]).toEqual([
      403,
      expect.objectContaining({ kind: "signal-not-allowed", detail: expect.stringContaining("signals.allow") }),
    ]);
    const { targets } = await agent.json("/signal");
    expect(targets.flatMap(({ verbs }: Json) => Object.values(verbs)).filter(({ willSend }: Json) => willSend)).toEqual(
      [],
    );
    const told = await start(["--signals-allow", "SIGUSR1,SIGTERM"]);
    await settled(told);
    const once = web.start("once", ["sleep", "1205"]);
    await eventually(
      "it to be seen",
      async () => (await processes(told, `?pod=${web.uid}&container=once&name=sleep`))[0],
    );
    const sent = await told.post(`/processes/${once.pid}/signal?verb=TERM`);
    expect(sent.status).toBe(200);
    await once.exited;
    const held = await told.post(`/processes/${pidOf("pause")}/signal?verb=TERM`);
    expect([held.status, await held.json()]).toEqual([403, expect.objectContaining({ kind: "protected-process" })]);
  });

  test("groups containers by pod, with the limit of pids of each pod", async () => {
    web.limit(50);
    const agent = await start();
    await settled(agent);
    const { containers, pods } = await agent.json("/containers");
    const own = pods.find(({ uid }: Json) => uid === web.uid);
    expect(own).toMatchObject({ name: "web-1", namespace: "default", containers: 3, processes: 3 });
    expect(own["pids"]).toMatchObject({ limit: 50, source: "pod-cgroup", counts: "pod", current: 3 });
    expect(containers.find(({ id }: Json) => id === running["app"]?.containerId)).toMatchObject({
      name: "app",
      pod: { uid: web.uid, name: "web-1", namespace: "default" },
    });
    web.limit(3);
    // A limit that changes by itself is seen by the next sample, up to 11 s later.
    const look = async () => {
      const { events } = await agent.json("/events?types=pids.pressure");
      return events.find(({ data }: Json) => data.pod?.uid === web.uid);
    };
    const pressure = await eventually("pressure", look, 25_000).finally(() => web.limit(50));
    expect(pressure["data"]).toMatchObject({ scope: "pod", container: null, level: "critical", limit: 3 });
  });

  test("has the pod in its metrics, and in the tables of the command line", async () => {
    const agent = await start();
    await settled(agent);
    const metrics = await (await agent.fetch("/metrics")).text();
    expect(metrics).toMatch(
      /^sexton_processes\{container="app",namespace="shop",pod="web-1",name="sleep",state="sleeping"\} 1$/m,
    );
    const { out } = await runBinary(["ps", "--pod", "web-1", "--namespace", "shop", "--listen", agent.url.slice(7)]);
    const [titles, ...rows] = out.trimEnd().split("\n");
    expect(titles).toMatch(/CONTAINER\s+NAMESPACE\s+POD\s+COMMAND/);
    expect(rows.find((row) => row.includes("sleep 1203"))).toMatch(/app\s+shop\s+web-1\s+sleep 1203/);
    expect(out).not.toContain("sleep 1201");
  });

  test("asks the kubelet who the pods are that no folder names", async () => {
    const asked: (string | null)[] = [];
    const kubelet = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch(request) {
        asked.push(request.headers.get("authorization"));
        const metadata = { uid: web.uid, name: "web-1", namespace: "default", labels: {} };
        return Response.json({ kind: "PodList", items: [{ metadata }, { metadata: { uid: shop.uid } }] });
      },
    });
    try {
      const token = join(node.folder, "token");
      await Bun.write(token, "t0ken\n");
      const url = `http://127.0.0.1:${kubelet.port}/pods`;
      const agent = await start(["--node-kubelet", url], {
        SEXTON_NODE_POD_LOGS: join(node.folder, "none"),
        SEXTON_NODE_TOKEN_FILE: token,
      });
      const found = await eventually("the pod's name", async () => (await processes(agent, "?pod=default/web-1"))[0]);
      expect(found?.["container"].pod.uid).toBe(web.uid);
      expect(asked[0]).toBe("Bearer t0ken");
      const unknown = (await agent.json("/doctor"))["findings"].find(({ id }: Json) => id === "pods-unnamed");
      // Its list has no name for that one; other pods of this machine may be among them.
      expect(unknown).toMatchObject({ severity: "info", seen: expect.stringContaining("Cannot name pods by") });
    } finally {
      await kubelet.stop(true);
    }
  });

  test("is taken by itself in a container that shares the machine's PID namespace", async () => {
    const agent = await startAgent({ args: ["--node-pod-logs", node.logs], wrapper: await inContainer() });
    agents.push(agent);
    const response = await agent.post(`/processes/${pidOf("app")}/signal?verb=HUP`);
    expect([response.status, ((await response.json()) as Json)["kind"]]).toEqual([403, "signal-not-allowed"]);
    expect((await processes(agent, "?pod=shop/web-1"))[0]).toMatchObject({ container: { name: "app" } });
  });

  /** A container of the pod's, whose first process is to be sexton. */
  async function inContainer(): Promise<readonly string[]> {
    const { pid, containerId } = web.start("sexton", ["sleep", "1206"]);
    const lines = await eventually("the container's cgroups", () => {
      const text = readFileSync(`/proc/${pid}/cgroup`, "utf8");
      // In both hierarchies, one after the other.
      return text.split(containerId).length > (existsSync("/sys/fs/cgroup/pids/cgroup.procs") ? 2 : 1) ? text : null;
    });
    const path = lines
      .split("\n")
      .find((line) => line.endsWith(containerId))
      ?.split(":")[2];
    return [
      "sh",
      "-c",
      `for f in /sys/fs/cgroup/unified /sys/fs/cgroup/pids /sys/fs/cgroup; do [ -f $f${path}/cgroup.procs ] && echo 0 > $f${path}/cgroup.procs; done; exec "$@"`,
      "sh",
    ];
  }
});
