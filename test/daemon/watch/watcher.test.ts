import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RegisterEvent } from "#process/event.ts";
import { linesOf } from "../../support/lines.ts";
import { eventually } from "../../support/poll.ts";
import { watchMachine } from "../../support/watch.ts";

// Thousands of forks on a busy machine.
setDefaultTimeout(120_000);

let watch: ReturnType<typeof watchMachine> | null = null;
const start = (tickMs?: number) => {
  watch = watchMachine(tickMs);
  return watch;
};
afterEach(() => {
  watch?.watcher.stop();
  watch = null;
});

/** Lets a shell that waits in `read` go on. */
function go(child: { readonly stdin: Bun.FileSink }): void {
  child.stdin.write("go\n");
  child.stdin.flush();
}

const spawn = (script: string) => Bun.spawn(["sh", "-c", script], { stdio: ["pipe", "ignore", "ignore"] });

describe("the watcher", () => {
  test.each<[string, object]>([
    ["exit 0", { exitCode: 0, signal: null, coreDumped: false }],
    ["exit 7", { exitCode: 7, signal: null, coreDumped: false }],
    ["kill -KILL $$", { exitCode: null, signal: "SIGKILL", coreDumped: false }],
    ["ulimit -c 0; kill -SEGV $$", { exitCode: null, signal: "SIGSEGV" }],
  ])("tells birth, end and collection of: %s", async (end, facts) => {
    const { waitFor, typesOf } = start();
    const child = spawn(`read line; ${end}`);
    await waitFor(child.pid, "process.started");
    go(child);
    const exited = await waitFor(child.pid, "process.exited");
    expect(exited.data).toMatchObject(facts);
    expect(exited.data["runSeconds"]).toBeLessThan(10);
    await waitFor(child.pid, "process.reaped");
    expect(typesOf(child.pid).filter((type) => type !== "process.execed")).toEqual([
      "process.started",
      "process.exited",
      "process.reaped",
    ]);
  });

  test("tells an end within milliseconds", async () => {
    const { waitFor } = start();
    const child = Bun.spawn(["sleep", "1000"], { stdio: ["ignore", "ignore", "ignore"] });
    await waitFor(child.pid, "process.started");
    const killedAt = performance.now();
    child.kill("SIGKILL");
    const exited = await waitFor(child.pid, "process.exited");
    // The figure is for a benchmark; here only that no timer of the watcher's stands between.
    expect(exited.at - killedAt).toBeLessThan(200);
  });

  test("tells a zombie's end at once and its collection when it comes", async () => {
    const { waitFor, typesOf, events } = start();
    // The parent starts a child that ends, and waits for it only when it is told to.
    const parent = Bun.spawn(["sh", "-c", "sh -c 'exit 5' & read line; wait; read line"], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    await waitFor(parent.pid, "process.started");
    const exited = await eventually("the child's end", () =>
      events.find((event) => event.type === "process.exited" && event.process?.ppid === parent.pid),
    );
    const pid = exited.process?.pid ?? 0;
    expect(exited.data).toMatchObject({ exitCode: 5 });
    await Bun.sleep(100); // Long enough for a collection to be told, were it told wrongly.
    expect(typesOf(pid)).not.toContain("process.reaped");
    go(parent);
    const reaped = await waitFor(pid, "process.reaped");
    expect(reaped.data).toMatchObject({ exitCode: 5 });
    expect(reaped.data["zombieSeconds"]).toBeGreaterThan(0.05);
    parent.kill(9);
  });

  test("knows a zombie that nobody collects for one, without a scan", async () => {
    const { waitFor, events, observer } = start();
    const parent = spawn("exec 3<&0; (read line <&3; exit 5) & exec sleep 1000");
    const isChild = ({ process }: RegisterEvent) => process?.ppid === parent.pid;
    const born = await eventually("the child", () => events.find((event) => isChild(event)));
    const pid = born.process?.pid ?? 0;
    // Until nobody looks at it any more because it is young.
    await eventually("its first seconds to pass", () => performance.now() - born.at > 1_500);
    parent.stdin.end();
    await waitFor(pid, "process.exited");
    const { observedAt } = observer.live();
    await eventually("the zombie", () => observer.live().byPid.get(pid)?.state === "zombie", 3_000);
    expect(observer.live().observedAt).toBe(observedAt);
    parent.kill(9);
  });

  test("tells the ends of a storm, which ticks hear of, with their codes", async () => {
    const { events } = start();
    // What runs in the background has no stdin of its own.
    const script = "exec 3<&0; i=0; while [ $i -lt 600 ]; do (read line <&3; exit 9) & i=$((i+1)); done; wait";
    const parent = spawn(script);
    const children = () => events.filter((event) => event.process?.ppid === parent.pid);
    const count = (wanted: string) => children().filter(({ type }) => type === wanted).length;
    await eventually("all births", () => count("process.started") === 600, 20_000);
    parent.stdin.end();
    await eventually("all collections", () => count("process.reaped") === 600, 20_000);
    const codes = children().flatMap(({ type, data }) => (type === "process.reaped" ? [data["exitCode"]] : []));
    expect(new Set(codes)).toEqual(new Set([9]));
  });

  test("tells the exec of another program under the same pid", async () => {
    const { waitFor } = start();
    const child = spawn("read line; exec sleep 1000");
    await waitFor(child.pid, "process.started");
    await eventually("the shell to wait", async () => (await Bun.file(`/proc/${child.pid}/comm`).text()) === "sh\n");
    go(child);
    const execed = await eventually("the exec", () =>
      watch?.of(child.pid).find(({ type, data }) => {
        return type === "process.execed" && (data["after"] as { name: string }).name === "sleep";
      }),
    );
    expect(execed.data).toMatchObject({ before: { name: "sh" }, after: { name: "sleep", command: "sleep" } });
    child.kill(9);
  });

  test("tells a core dump", async () => {
    // A pipe in core_pattern hands the core to a program, and only that knows what became of it.
    const toFile = !readFileSync("/proc/sys/kernel/core_pattern", "utf8").startsWith("|");
    const { waitFor } = start();
    const cwd = mkdtempSync(join(tmpdir(), "sexton-core-"));
    const child = Bun.spawn(["sh", "-c", "ulimit -c unlimited; read line; kill -SEGV $$"], {
      cwd,
      stdio: ["pipe", "ignore", "ignore"],
    });
    await waitFor(child.pid, "process.started");
    go(child);
    const { data } = await waitFor(child.pid, "process.exited");
    expect(data["signal"]).toBe("SIGSEGV");
    if (toFile) expect(data["coreDumped"]).toBe(readdirSync(cwd).length > 0);
    rmSync(cwd, { recursive: true });
  });

  test("misses none of 5,000 births in a burst that stay, and none of their ends", async () => {
    const { events } = start();
    const parent = Bun.spawn(
      ["sh", "-c", "i=0; while [ $i -lt 5000 ]; do sleep 60 & i=$((i+1)); done; echo done; wait"],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    const lines = linesOf(parent.stdout);
    await eventually("all forks", () => lines.has("done"), 60_000);
    const count = (type: string) =>
      events.filter((event) => event.type === type && event.process?.ppid === parent.pid).length;
    await eventually("all births", () => count("process.started") === 5_000, 20_000);
    for (const { type, process: born } of [...events]) {
      if (type === "process.started" && born?.ppid === parent.pid) process.kill(born.pid, "SIGKILL");
    }
    await parent.exited;
    await eventually("all ends", () => count("process.exited") === 5_000 && count("process.reaped") === 5_000, 20_000);
  });

  test("says by what it hears, and how much it watches", () => {
    const { watcher } = start();
    const status = watcher.status();
    expect(status.mechanism).toBe("aio");
    expect(status.watched).toBeGreaterThan(0);
    expect(status.tickMs).toBe(20);
  });

  test("puts births and ends under a signalled process down to the signal", async () => {
    const { waitFor, causes, events } = start();
    const parent = Bun.spawn(["sh", "-c", "read line; sleep 1000 & wait"], { stdio: ["pipe", "ignore", "ignore"] });
    const born = await waitFor(parent.pid, "process.started");
    const startTicks = Number(born.process?.id.split("-")[1]);
    causes.signalled(parent.pid, startTicks, 4711, Date.now());
    go(parent);
    const child = await eventually("the child", () =>
      events.find((event) => event.type === "process.started" && event.process?.ppid === parent.pid),
    );
    expect(child.cause).toBe(4711);
    process.kill(child.process?.pid ?? 0, "SIGKILL");
    expect((await waitFor(child.process?.pid ?? 0, "process.exited")).cause).toBe(4711);
    parent.kill(9);
  });
});
