import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AgentOptions, type Json, startAgent } from "../support/binary.ts";
import { findingOf, findingsOf, idsOf, pidOf } from "../support/doctor.ts";
import { createMemoryCgroup, isV1, memoryProblem } from "../support/memory-cgroup.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/doctor-limits.test.ts: ${namespaceProblem}`);

/** What runs in front of the agent, in a shell that becomes it. */
const after = (script: string) => ["sh", "-c", `${script}; exec "$@"`, "sh"];
/** Sysctls of a user namespace are its own. */
const users = ["unshare", "--user", "--map-root-user"];

describe.skipIf(skip)("the doctor looks at limits and at what is left behind", () => {
  let namespace: Namespace;
  let folder: string;
  beforeEach(async () => {
    namespace = await createNamespace();
    folder = mkdtempSync(join(tmpdir(), "sexton-doctor-"));
  });
  afterEach(async () => {
    await namespace.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const start = ({ wrapper = [], ...rest }: AgentOptions = {}) =>
    startAgent({ wrapper: [...namespace.enter, ...wrapper], ...rest });

  test("inotify with nothing left", async () => {
    const none = after("echo 0 > /proc/sys/user/max_inotify_instances");
    const agent = await start({ wrapper: [...users, ...none] });
    expect(await findingOf(agent, "inotify-exhausted")).toMatchObject({
      severity: "info",
      seen: expect.stringContaining("this user has no inotify instance left (EMFILE)"),
    });
  });

  test("inotify with little left, counted in other processes of the same user", async () => {
    const file = join(folder, "log");
    writeFileSync(file, "");
    const tails = after(
      `echo 5 > /proc/sys/user/max_inotify_instances; for i in 1 2 3 4; do tail -f ${file} >/dev/null 2>&1 & done`,
    );
    const agent = await start({ wrapper: [...users, ...tails] });
    expect(await findingOf(agent, "inotify-low")).toMatchObject({
      title: "inotify instances run out",
      seen: expect.stringContaining("4 of 5 "),
    });
    expect((await agent.json("/doctor"))["inotify"]).toMatchObject({
      refusal: null,
      most: { instances: 5 },
      own: { instances: 0, watches: 0 },
      others: { instances: 4 },
    });
  });

  test("inotify with room, and sexton's own watches counted", async () => {
    writeFileSync(join(folder, "app.conf"), "one");
    const watch = `conf=${folder}/app.conf,http=http://127.0.0.1:1/`;
    const agent = await start({ env: { SEXTON_WATCH: watch } });
    const own = await eventually("a watch", async () => {
      const { inotify } = await agent.json("/doctor");
      return inotify.own.watches > 0 ? inotify.own : null;
    });
    expect(own["instances"]).toBe(1);
    expect((await idsOf(agent)).filter((id) => id.startsWith("inotify"))).toEqual([]);
  });

  test("a file of a volume that is mounted by itself, before and after the volume goes on", async () => {
    const generation = `${folder}/..2026_01_01_00_00_00.123456789`;
    const mounts = `mkdir ${generation} && echo 1 > ${generation}/key && touch ${folder}/app.conf && mount --bind ${generation}/key ${folder}/app.conf`;
    namespace.start(["unshare", "--mount", "sh", "-c", `${mounts} && exec sleep 1121`]);
    namespace.start(["unshare", "--mount", "sleep", "1122"]);
    const agent = await start();
    await pidOf(agent, "sleep 1122");
    await pidOf(agent, "sleep 1121");
    const found = await findingOf(agent, "sub-path-mount");
    expect(found).toMatchObject({
      severity: "info",
      seen: expect.stringContaining(`${folder}/app.conf: a subPath mount`),
    });
    rmSync(generation, { recursive: true });
    await findingOf(agent, "sub-path-mount", ({ severity }) => severity === "warning");
    expect((await findingsOf(agent)).filter(({ id }) => id === "sub-path-mount")).toHaveLength(1);
  });

  test("zombies that are left, and the limit of pids that they are near", async () => {
    namespace.start(["sh", "-c", "for i in 1 2 3; do true & done; exec sleep 1123"]);
    const agent = await start({ env: { SEXTON_POD_PIDS_LIMIT: "6", SEXTON_ZOMBIES_MIN_AGE: "100ms" } });
    const pid = await pidOf(agent, "sleep 1123");
    expect(await findingOf(agent, "zombies-left")).toMatchObject({
      severity: "warning",
      process: expect.stringMatching(new RegExp(`^${pid}-`)),
      seen: expect.stringContaining("3 zombies of sleep"),
    });
    expect(await findingOf(agent, "pids-low")).toMatchObject({ severity: "error" });
    const roomy = await start({ env: { SEXTON_POD_PIDS_LIMIT: "1000" } });
    expect(await idsOf(roomy)).not.toContain("pids-low");
  });

  test("content that is refused, until it is mended", async () => {
    const file = join(folder, "app.json");
    writeFileSync(file, "{}");
    const agent = await start({
      env: { SEXTON_WATCH: `conf=${file},validate=json,settle=50ms,http=http://127.0.0.1:1/` },
    });
    await eventually(
      "the first look",
      async () => (await agent.json("/reloads"))["watches"]?.[0]?.contentHash !== null,
    );
    expect(await idsOf(agent)).not.toContain("content-rejected");
    writeFileSync(file, "{");
    expect(await findingOf(agent, "content-rejected")).toMatchObject({ severity: "error" });
    writeFileSync(file, "{}");
    await eventually("it to be well", async () => !(await idsOf(agent)).includes("content-rejected"));
  });

  test("telemetry that does not arrive", async () => {
    const agent = await start({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
        OTEL_EXPORTER_OTLP_TIMEOUT: "200",
        OTEL_BLRP_SCHEDULE_DELAY: "50",
        OTEL_BSP_SCHEDULE_DELAY: "50",
        OTEL_METRIC_EXPORT_INTERVAL: "500",
        OTEL_METRIC_EXPORT_TIMEOUT: "200",
      },
    });
    expect(await findingOf(agent, "telemetry-lost")).toMatchObject({ severity: "warning" });
  });

  test("tokens without TLS on an address that others reach, and none on loopback", async () => {
    const file = join(folder, "tokens");
    const secret = "a-token-of-thirty-two-characters";
    writeFileSync(file, `operate ci sha256:${new Bun.CryptoHasher("sha256").update(secret).digest("hex")}\n`);
    const init = { headers: { authorization: `Bearer ${secret}` } };
    const withToken = (agent: Awaited<ReturnType<typeof start>>) => ({
      json: (path: string) => agent.json(path, init),
    });
    const env = { SEXTON_AUTH_TOKENS_FILE: file };
    const open = await start({ env, args: ["--listen", "127.0.0.1:0,0.0.0.0:0"] });
    expect(await findingOf(withToken(open), "listener-plain")).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("0.0.0.0:"),
    });
    expect(await idsOf(withToken(await start({ env })))).not.toContain("listener-plain");

    expect(await idsOf(withToken(open))).not.toContain("credentials-unread");
    writeFileSync(file, `operate ci ${secret}\n`);
    const unread = await findingOf(withToken(open), "credentials-unread");
    expect(unread).toMatchObject({ severity: "error", seen: expect.stringContaining("stays in use") });
    expect(JSON.stringify(unread)).not.toContain(secret);
  });

  test("apps that hang, and paths that would, do not hang it", async () => {
    const [fifo, config] = [join(folder, "fifo"), join(folder, "sexton.yaml")];
    Bun.spawnSync(["mkfifo", fifo]);
    writeFileSync(
      config,
      `targets:\n  piped: { pidFile: ${fifo} }\nwatch:\n  - { name: piped, paths: [${fifo}], http: { url: "http://127.0.0.1:1/" } }\n`,
    );
    namespace.start(["sh", "-c", `cd ${folder} && exec sleep 1124 < fifo`]);
    namespace.start(["sh", "-c", "kill -STOP $$; exec sleep 1125"]);
    const agent = await start({ args: ["--config", config] });
    await eventually("one that is stopped", async () => {
      const { processes } = await agent.json("/processes?state=stopped");
      return (processes as Json[]).length === 1;
    });
    const before = performance.now();
    const ids = await idsOf(agent);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(ids).toContain("target-unresolved");
    expect(ids).toContain("watch-blind");
  });

  test("io_setup that is refused", async () => {
    const refuse = join(folder, "refuse-aio");
    const source = join(import.meta.dir, "../programs/refuse-aio.c");
    const { exitCode } = Bun.spawnSync(["cc", "-Wall", "-Wextra", "-Werror", "-o", refuse, source], {
      stdout: "ignore",
    });
    expect(exitCode).toBe(0);
    const agent = await start({ wrapper: [refuse] });
    expect(await findingOf(agent, "exits-polled")).toMatchObject({ severity: "info" });
    const { capabilities } = await agent.json("/doctor");
    const available = (name: string) => (capabilities as Json[]).find((one) => one["name"] === name)?.["available"];
    expect([available("aio-poll"), available("seccomp"), available("no-new-privileges")]).toEqual([false, true, true]);
    expect([available("ffi"), available("pidfd_open"), available("inotify")]).toEqual([true, true, true]);
  });

  test.skipIf(memoryProblem !== null)("memory that is short, and one that is not", async () => {
    const cgroup = createMemoryCgroup();
    const file = (name: string) => `${cgroup.path}/${name}`;
    const limit = (bytes: number) => {
      const names = isV1 ? ["memory.memsw.limit_in_bytes", "memory.limit_in_bytes"] : ["memory.max"];
      for (const name of names) Bun.spawnSync(["sh", "-c", `echo ${Math.round(bytes)} > ${file(name)} 2>/dev/null`]);
    };
    try {
      limit(2 ** 30);
      Bun.spawnSync(["sh", "-c", `echo ${2 ** 30} > ${file(isV1 ? "memory.limit_in_bytes" : "memory.max")}`]);
      const agent = await start({ wrapper: after(`echo $$ > ${file("cgroup.procs")}`) });
      expect((await agent.json("/doctor"))["memory"].limit).toBe(2 ** 30);
      expect(await idsOf(agent)).not.toContain("memory-low");
      await eventually("it to be short", async () => {
        const { memory, findings } = await agent.json("/doctor");
        limit(memory.workingSet / 0.9);
        return (findings as Json[]).some(({ id }) => id === "memory-low");
      });
    } finally {
      await namespace.close();
      await cgroup.remove();
    }
  });

  test.skipIf(memoryProblem !== null)("a container without a name beside one that has one", async () => {
    const [named, nameless] = [createMemoryCgroup(), createMemoryCgroup()];
    try {
      const log = join(folder, "pods/uid/containers/web");
      mkdirSync(log, { recursive: true });
      for (const file of [join(log, "0123abcd"), join(folder, "termination-log")]) writeFileSync(file, "");
      const mount = `mount --bind ${log}/0123abcd ${folder}/termination-log && exec sleep 1126`;
      named.start(`exec unshare --mount sh -c "${mount}"`).release();
      nameless.start("exec sleep 1127").release();
      const agent = await startAgent();
      try {
        const found = await findingOf(agent, "container-unnamed", ({ container }) => nameless.id.startsWith(container));
        expect(found).toMatchObject({ severity: "info", fix: expect.stringContaining("targets:\n  app: { exe: ") });
        const all = await findingsOf(agent);
        expect(all.filter(({ id, container }) => id === "container-unnamed" && container === "web")).toEqual([]);
        const { containers } = await agent.json("/doctor");
        expect((containers as Json[]).find(({ id }) => id === named.id)?.["name"]).toBe("web");
      } finally {
        await agent.stop();
      }
    } finally {
      await Promise.all([named.remove(), nameless.remove()]);
    }
  });
});
