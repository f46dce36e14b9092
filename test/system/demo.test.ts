import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RegisterEvent } from "#process/event.ts";
import { eventTexts } from "../../scripts/docs/event-texts.ts";
import type { Json } from "../support/binary.ts";
import { type Demo, readIntroduction, remainsOf, startDemo } from "../support/demo.ts";
import { eventually } from "../support/poll.ts";
import { startInPty } from "../support/pty.ts";

const isRoot = process.geteuid?.() === 0;
const plainUser = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
/** As root of a user namespace that may make no PID namespaces. */
const withoutNamespaces = ["unshare", "-Ur", "sh", "-c", 'echo 0 > /proc/sys/user/max_pid_namespaces; exec "$@"', "sh"];

function problemOf(wrapper: readonly string[], command = ["true"]): string | null {
  const { exitCode, stderr } = Bun.spawnSync([...wrapper, ...command], { stderr: "pipe" });
  return exitCode === 0 ? null : stderr.toString().trim();
}

const userNamespaces = problemOf([...plainUser, "unshare", "-Urpfm", "--mount-proc"]);

const kinds: readonly (readonly [
  name: string,
  wrapper: readonly string[],
  isIsolated: boolean,
  skip: string | null,
])[] = [
  ["root's namespace", [], true, isRoot ? null : "takes root"],
  ["a plain user's namespace", plainUser, true, userNamespaces],
  ["plain children", withoutNamespaces, false, userNamespaces],
];
for (const [name, , , skip] of kinds)
  if (skip !== null) console.warn(`Skipped test/system/demo.test.ts, ${name}: ${skip}`);

/** Whatever comes of the work, the demo is ended, and nothing is left of it. */
async function withDemo(wrapper: readonly string[], work: (demo: Demo) => Promise<void>): Promise<void> {
  const demo = await startDemo({ wrapper });
  try {
    await work(demo);
  } finally {
    demo.kill("SIGTERM");
    await demo.exited;
  }
  await nothingRemains(demo.folder);
}

function nothingRemains(folder: string): Promise<boolean> {
  return eventually(`nothing of ${folder}`, () => remainsOf(folder).length === 0);
}

for (const [name, wrapper, isIsolated, skip] of kinds) {
  describe.skipIf(skip !== null)(`the demo in ${name}`, () => {
    test("shows a zombie that is collected and a reload that is proven, and ends with nothing left", async () => {
      await withDemo(wrapper, async (demo) => {
        const expected = isIsolated ? [...own, "sexton"] : own;
        await eventually("all of its programs", async () => {
          const all = (await demo.json("/processes"))["processes"] as Json[];
          const seen = isIsolated ? all : all.filter(({ commandLine }) => commandLine?.includes(tokenOf(demo)));
          const names = seen.map(nameOf).filter((name) => isIsolated || name !== "sexton");
          return Bun.deepEquals(names.sort(), [...expected].sort());
        });
        const [, pid] = await demo.tells(/zombie\.detected +demo-job \((\d+)\): exit code 3/);
        const reaped = await demo.json(`/zombies/reap?strategy=adopt&minAgeSeconds=0&pids=${pid}`, { method: "POST" });
        expect(reaped).toMatchObject({ reaped: 1, results: [{ outcome: "reaped" }] });
        await demo.tells(new RegExp(`zombie\\.reaped +demo-job \\(${pid}\\): by adopt`));
        await demo.tells(/config\.changed +demo: [\s\S]*reload\.confirmed +demo: app /);
        // On a busy machine the files that were opened may be told first; and new workers prove nothing at once again.
        await eventually("a reload that is proven by its workers", () => reloadedWorkers(demo), 25_000);
        expect(await undocumented(demo)).toEqual([]);
        demo.kill("SIGTERM");
        expect(await demo.exited).toBe(0);
      });
    }, 60_000);

    test("ends with all it has started when it is killed", async () => {
      await withDemo(wrapper, async (demo) => {
        expect(remainsOf(demo.folder).length).toBeGreaterThan(5);
        demo.kill("SIGKILL");
        await nothingRemains(demo.folder);
      });
    }, 60_000);
  });
}

async function reloadedWorkers(demo: Demo): Promise<boolean> {
  if (/reload\.confirmed .* 2 started, 2 exited/.test(demo.text())) return true;
  await demo.json("/signal/reload?wait=5s", { method: "POST" });
  return eventually("its telling", () => /reload\.confirmed .* 2 started, 2 exited/.test(demo.text()), 3_000).catch(
    () => false,
  );
}

/** What events tell and docs/reference/events.md does not. */
async function undocumented(demo: Demo): Promise<string[]> {
  const events = (await demo.json("/events"))["events"] as RegisterEvent[];
  expect(events.length).toBeGreaterThan(10);
  return events.flatMap(({ type, data }) =>
    Object.keys(data).flatMap((field) => (field in eventTexts[type].data ? [] : [`${type}: ${field}`])),
  );
}

const own = ["pause", "demo-app", "demo-app", "demo-app", "demo-leaker"];
const nameOf = ({ name }: Json) => name as string;

test("the app is as many workers as its configuration says, and is started again when it was ended", async () => {
  await withDemo([], async (demo) => {
    const targetPid = async () => (await demo.json("/signal"))["targets"].find(({ name }: Json) => name === "app")?.pid;
    const before = await targetPid();
    writeFileSync(join(demo.folder, "conf", "app.json"), '{"workers": 4}');
    const workers = async () => (await demo.json("/processes?name=demo-app"))["count"] - 1;
    await eventually("four workers", async () => (await workers()) === 4);
    expect(await demo.json("/signal/terminate?wait=5s", { method: "POST" })).toMatchObject({
      outcome: { status: "exited" },
    });
    await demo.tells(/process\.exited +demo-app \(\d+\): exit code 0/);
    await eventually("another app", async () => ![before, null, undefined].includes(await targetPid()));
  });
}, 60_000);

test("Ctrl-C in a terminal ends it: exit code 0, nothing left", async () => {
  const pty = startInPty(["demo", "--listen", "127.0.0.1:0"]);
  await eventually("what to try", () => pty.raw().includes("What happens meanwhile:"), 25_000);
  const { folder } = readIntroduction(pty.raw());
  pty.type("\x03");
  expect(await pty.ended()).toBe(0);
  expect(pty.raw()).toContain("The demo has ended.");
  expect(remainsOf(folder)).toEqual([]);
}, 60_000);

test("a port in use is said, and another one taken", async () => {
  // Somebody else on this machine may have it just as well.
  const taken = (() => {
    try {
      return Bun.listen({ hostname: "127.0.0.1", port: 9099, socket: { data() {} } });
    } catch {
      return null;
    }
  })();
  const demo = await startDemo({ args: [] });
  try {
    expect(demo.text()).toContain("127.0.0.1:9099 is in use");
    expect(demo.url).not.toEndWith(":9099");
    expect((await fetch(`${demo.url}/readyz`)).status).toBe(200);
    expect(demo.text()).toContain(`ps --tree --listen ${demo.url.replace("http://", "")}`);
  } finally {
    demo.kill("SIGINT");
    taken?.stop(true);
  }
  expect(await demo.exited).toBe(0);
}, 60_000);

test.skipIf(userNamespaces !== null)(
  "what has killed its pod is told, and the rest goes too",
  async () => {
    const demo = await startDemo({ wrapper: withoutNamespaces });
    const pod = Number(
      (await demo.json("/processes?name=demo-leaker"))["processes"].find(({ commandLine }: Json) =>
        commandLine?.includes(tokenOf(demo)),
      )?.ppid,
    );
    process.kill(pod, "SIGKILL");
    expect(await demo.exited).toBe(1);
    expect(demo.text()).toContain("The demo has ended by itself");
    await nothingRemains(demo.folder);
  },
  60_000,
);

const tokenOf = ({ folder }: Demo) => folder.slice(folder.lastIndexOf("-") + 1);

test.skipIf(!isRoot || userNamespaces !== null)(
  "where no /proc may be mounted it does without a namespace",
  async () => {
    // As container runtimes do; whoever is in a user namespace below must not see more (mount_namespaces(7)).
    const masked = ["unshare", "-m", "sh", "-c", 'mount --bind /dev/null /proc/cpuinfo; exec "$@"', "sh", ...plainUser];
    await withDemo(masked, async (demo) => {
      expect(demo.text()).toContain("as plain child processes: no PID namespace could be made here (mounting a /proc");
    });
  },
  60_000,
);
