import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, type AgentOptions, type Json, startAgent } from "../support/binary.ts";
import { findingOf, findingsOf, idsOf, pidOf, runDoctor } from "../support/doctor.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/doctor.test.ts: ${namespaceProblem}`);

const agents: Agent[] = [];
const start = async (options: AgentOptions) => {
  const agent = await startAgent(options);
  if (options.wrapper?.[0] !== "nsenter") agents.push(agent);
  return agent;
};
// Those in a namespace that was made before them end with that: nsenter(1) stands between them and a signal.
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop("SIGKILL");
});

const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
/** A namespace that sexton is pid 1 of, as in a pod that does not share it. */
const alone = ["unshare", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc"];

describe.skipIf(skip)("the doctor looks at where sexton is", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sexton-doctor-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("a namespace of its own is an error, and `sexton doctor` answers 1 with the line that mends it", async () => {
    const agent = await start({ wrapper: alone });
    expect(await agent.json("/doctor")).toMatchObject({ place: "own" });
    expect(await findingOf(agent, "namespace-not-shared")).toMatchObject({ severity: "error" });
    const { code, out } = await runDoctor(agent);
    expect(out).toContain("ERROR  The PID namespace is sexton's own  [namespace-not-shared]\n");
    expect(out).toContain("\n            shareProcessNamespace: true\n");
    expect(code).toBe(1);
    const json = await runDoctor(agent, "--json");
    expect(JSON.parse(json.out)).toMatchObject({ place: "own" });
    expect(json.code).toBe(1);
  });

  test("beside a pause there is nothing but that no app is there yet, and then nothing", async () => {
    const pause = join(folder, "pause");
    copyFileSync("/bin/sleep", pause);
    const namespace = await createNamespace([pause, "1000"]);
    try {
      const agent = await start({ wrapper: namespace.enter });
      expect(await agent.json("/doctor")).toMatchObject({ place: "shared" });
      expect(await idsOf(agent)).toEqual(["no-app"]);
      expect(await runDoctor(agent)).toMatchObject({ code: 0, out: expect.stringContaining("1 note\n") });
      namespace.start(["sh", "-c", "trap 'exit 0' TERM; while read line; do :; done </dev/zero; : 1101"]);
      await pidOf(agent, "sh -c trap 'exit 0' TERM; while read line; do :; done </dev/zero; : 1101");
      expect(await idsOf(agent)).toEqual([]);
      expect(await runDoctor(agent)).toMatchObject({ code: 0, out: "No findings\n" });
    } finally {
      await namespace.close();
    }
  });

  test("/proc that hides others is an error for who may not see them all the same", async () => {
    const namespace = await createNamespace();
    try {
      await namespace.start(["mount", "-o", "remount,hidepid=invisible", "/proc"]).exited;
      const agent = await start({ wrapper: [...namespace.enter, ...nobody] });
      expect(await findingOf(agent, "processes-hidden")).toMatchObject({
        severity: "error",
        seen: expect.stringContaining("hidepid=invisible"),
      });
      const root = await start({ wrapper: namespace.enter });
      expect(await idsOf(root)).not.toContain("processes-hidden");
    } finally {
      await namespace.close();
    }
  });

  test("nobody reachable answers 3", async () => {
    expect(await runDoctor({ url: "http://127.0.0.1:1" })).toMatchObject({ code: 3 });
  });

  test("pid 1 of another namespace that drops SIGTERM will be killed, one that handles it not", async () => {
    const deaf = await createNamespace(["sleep", "1102"]);
    const hearing = await createNamespace(["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1112 & wait $!; done"]);
    try {
      const config = join(folder, "sexton.yaml");
      writeFileSync(
        config,
        'targets:\n  deaf: { args: "^sleep 1102$" }\n  hearing: { args: "^sh -c trap .exit 0. TERM.*sleep 1112" }\n  missing: { args: "^no-such-program 1$" }\n',
      );
      const agent = await start({ args: ["--config", config] });
      const pid = await pidOf(agent, "sleep 1102");
      const finding = await findingOf(agent, "sigterm-ignored", ({ process }) => process.startsWith(`${pid}-`));
      expect(finding).toMatchObject({
        severity: "error",
        seen: expect.stringContaining("is pid 1 of its PID namespace"),
        why: expect.stringContaining("Kubernetes will wait the whole grace period (30 s by default) and kill it"),
      });
      const { apps } = await agent.json("/doctor");
      const hears = (apps as Json[]).find(({ name }) => name === "hearing") as Json;
      expect(hears["terminate"]).toBe("caught");
      expect(await idsOf(agent, hears["pid"])).toEqual([]);
      expect(await findingOf(agent, "target-unresolved")).toMatchObject({ title: "Target missing is nobody" });
    } finally {
      await deaf.close();
      await hearing.close();
    }
  });
});

describe.skipIf(skip)("the doctor looks at apps", () => {
  let namespace: Namespace;
  let folder: string;
  beforeEach(async () => {
    namespace = await createNamespace();
    folder = mkdtempSync(join(tmpdir(), "sexton-doctor-"));
    chmodSync(folder, 0o755);
  });
  afterEach(async () => {
    await namespace.close();
    rmSync(folder, { recursive: true });
  });

  const wait = "while read line; do :; done </dev/zero";
  test.each([
    ["ignores SIGTERM", ["sh", "-c", `trap "" TERM; exec sleep 1103`], "sleep 1103", "sigterm-ignored"],
    ["has no handler for it", ["sleep", "1104"], "sleep 1104", "sigterm-default"],
    ["is behind a shell", ["sh", "-c", "sleep 1105; : after"], "sh -c sleep 1105; : after", "shell-before-app"],
    ["handles it", ["sh", "-c", `trap : TERM; ${wait}; : 1106`], `sh -c trap : TERM; ${wait}; : 1106`, null],
  ])("an app that %s", async (_, command, commandLine, id) => {
    namespace.start(command);
    const agent = await start({ wrapper: namespace.enter });
    const pid = await pidOf(agent, commandLine);
    expect(await idsOf(agent, pid)).toEqual(id === null ? [] : [id]);
  });

  test("another user's app may be neither signalled nor looked into, one's own may", async () => {
    namespace.start(["sleep", "1107"]);
    namespace.start([...nobody, "sleep", "1108"]);
    const agent = await start({ wrapper: [...namespace.enter, ...nobody] });
    const [others, ours] = [await pidOf(agent, "sleep 1107"), await pidOf(agent, "sleep 1108")];
    expect(await idsOf(agent, others)).toEqual(["signals-denied", "reading-denied", "sigterm-default"]);
    expect(await idsOf(agent, ours)).toEqual(["sigterm-default"]);
    expect(await findingOf(agent, "signals-denied")).toMatchObject({
      severity: "warning",
      seen: expect.stringContaining("UID 65534 without CAP_KILL, the process as UID 0"),
      fix: expect.stringContaining("  runAsUser: 0\n  runAsGroup: 0\n  runAsNonRoot: false"),
    });
    const { capabilities, containers } = await agent.json("/doctor");
    const attach = (capabilities as Json[]).find(({ name }) => name === "ptrace-attach");
    expect(attach).toMatchObject({ available: true, detail: "1 of 2 users of other containers" });
    const users = (containers as Json[]).flatMap(({ users }) => users as Json[]);
    expect(users.find(({ tried }) => tried === others)).toMatchObject({
      uid: 0,
      maySignal: false,
      readable: { exe: false, environ: false, fds: false, attach: false },
    });
    expect(users.find(({ tried }) => tried === ours)).toMatchObject({
      uid: 65534,
      maySignal: true,
      readable: { exe: true, environ: true, fds: true, attach: true },
    });
  });

  test("root may all of it", async () => {
    namespace.start([...nobody, "sleep", "1109"]);
    const agent = await start({ wrapper: namespace.enter });
    expect(await idsOf(agent, await pidOf(agent, "sleep 1109"))).toEqual(["sigterm-default"]);
  });

  test("an app that does not take the signal of its profile", async () => {
    const prometheus = join(folder, "prometheus");
    copyFileSync("/bin/sleep", prometheus);
    namespace.start([prometheus, "1113"]);
    const agent = await start({ wrapper: namespace.enter });
    const pid = await pidOf(agent, `${prometheus} 1113`);
    expect(await idsOf(agent, pid)).toEqual(["reload-unhandled", "sigterm-default"]);
    expect(await findingOf(agent, "reload-unhandled")).toMatchObject({
      why: expect.stringContaining("The profile prometheus says that this signal reloads it"),
    });
  });

  test("a watch that cannot reload its target is an error, and one that can is none", async () => {
    const config = join(folder, "sexton.yaml");
    writeFileSync(join(folder, "app.conf"), "one");
    writeFileSync(
      config,
      `targets:\n  deaf: { args: "^sleep 1110$" }\n  hearing: { args: "^sh -c trap : HUP TERM" }\nwatch:\n  - { name: a, paths: [${folder}/app.conf], target: deaf }\n  - { name: b, paths: [${folder}/app.conf], target: hearing }\n  - { name: c, paths: [${folder}/none.conf], target: hearing }\n`,
    );
    namespace.start(["sleep", "1110"]);
    namespace.start(["sh", "-c", `trap : HUP TERM; ${wait}; : 1111`]);
    const agent = await start({ wrapper: namespace.enter, args: ["--config", config] });
    await pidOf(agent, "sleep 1110");
    await pidOf(agent, `sh -c trap : HUP TERM; ${wait}; : 1111`);
    expect(await findingOf(agent, "watch-cannot-reload")).toMatchObject({
      severity: "error",
      title: "Watch a cannot reload deaf",
      seen: expect.stringContaining("no handler for SIGHUP, so the kernel would kill it."),
    });
    const blind = await findingOf(agent, "watch-blind");
    expect(blind["title"]).toBe("Watch c does not see everything");
    const all = await findingsOf(agent);
    expect(all.filter(({ id }) => id === "watch-cannot-reload" || id === "watch-blind")).toHaveLength(2);
  });
});
