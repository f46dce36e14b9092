import { afterAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, cleanEnv, type Json } from "../support/binary.ts";
import { freePort } from "../support/free-port.ts";
import { eventually } from "../support/poll.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-fault-output-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Output = "ignore" | number;

/** The binary with outputs of the test's choice, which may not tell where it listens. `shell` becomes it in the end. */
async function start(output: Output, shell = 'exec "$@"', more: Record<string, string> = {}) {
  const port = freePort();
  const listen = ["--listen", `127.0.0.1:${port}`];
  const child = spawn("sh", ["-c", shell, "sh", binary, ...listen], {
    env: { ...cleanEnv, SEXTON_LIMITS_MUTATIONS: "100000", ...more },
    stdio: ["ignore", output, output],
  });
  const url = `http://127.0.0.1:${port}`;
  const exited = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually("it to be ready", isReady).catch((cause) => {
    child.kill("SIGKILL");
    throw cause;
  });
  return {
    child,
    url,
    isReady,
    json: async (path: string) => (await (await fetch(`${url}${path}`)).json()) as Json,
    async stop() {
      child.kill("SIGTERM");
      return exited;
    },
  };
}

/** A pipe whose reader reads when the test says so. */
function createPipe(name: string) {
  const path = join(folder, name);
  Bun.spawnSync(["mkfifo", path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  const buffer = Buffer.alloc(64 * 1024);
  return {
    writer,
    /** What is in it by now. */
    read(): string {
      try {
        return buffer.toString("utf8", 0, readSync(reader, buffer));
      } catch {
        return "";
      }
    },
    close() {
      closeSync(reader);
      closeSync(writer);
    },
  };
}

type Started = Awaited<ReturnType<typeof start>>;

/** A line in the log each, of 200 bytes: a signal that does nothing to whoever sleeps. */
async function logMuch({ url }: Started, lines: number): Promise<void> {
  const sleeper = Bun.spawn(["sleep", "1000"], { stdio: ["ignore", "ignore", "ignore"] });
  let left = lines;
  const send = async () => {
    while (left-- > 0) {
      const answer = await fetch(`${url}/processes/${sleeper.pid}/signal?wait=0`, { method: "POST", body: "CONT" });
      expect(await answer.json()).toMatchObject({ sent: true });
    }
  };
  await Promise.all([send(), send(), send(), send()]);
  sleeper.kill("SIGKILL");
  await sleeper.exited;
}

describe("nobody takes what sexton logs", () => {
  test.each([
    ["stdout and stderr are closed", 'exec "$@" >&- 2>&-'],
    ["all three are closed", 'exec "$@" <&- >&- 2>&-'],
    ["the disk that they go to is full", 'exec "$@" >/dev/full 2>/dev/full'],
    ["their reader has gone before", 'mkfifo $FIFO; : <$FIFO & exec 9>$FIFO; wait; exec "$@" >&9 2>&9'],
  ])("%s: it serves, and ends as asked", async (_, shell) => {
    const agent = await start("ignore", shell, { FIFO: join(folder, "fifo") });
    await logMuch(agent, 5);
    expect(await agent.isReady()).toBe(true);
    expect(await agent.stop()).toBe(0);
  });

  test("the reader of a pipe has gone while it runs: it serves on, and ends as asked", async () => {
    const pipe = createPipe("gone");
    const agent = await start(pipe.writer);
    pipe.close();
    await logMuch(agent, 20);
    expect(await agent.isReady()).toBe(true);
    expect(await agent.stop()).toBe(0);
  });

  test("a pipe is full, since its reader hangs: no request waits, and what is lost is counted", async () => {
    const pipe = createPipe("full");
    const agent = await start(pipe.writer);
    await logMuch(agent, 3_000);
    const startedAt = performance.now();
    expect(await agent.isReady()).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    // Once it is read again whole lines come, and one that says how many are missing.
    let text = "";
    const lost = await eventually("what was lost", () => {
      text += pipe.read();
      return /log lines were lost: .* lines=(\d+)$/m.exec(text)?.[1];
    });
    await eventually("the rest", () => {
      text += pipe.read();
      return text.split('msg="signal sent"').length - 1 + Number(lost) === 3_000;
    });
    expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("time="))).toEqual([]);
    expect(await agent.stop()).toBe(0);
    pipe.close();
  });

  test("a pipe is full when sexton is stopped: it ends all the same", async () => {
    const pipe = createPipe("stopped");
    const agent = await start(pipe.writer);
    await logMuch(agent, 1_000);
    expect(await agent.stop()).toBe(0);
    pipe.close();
  });
});

describe("there is no place to write", () => {
  test.each([
    ["no HOME, no TMPDIR", {}, 'unset HOME TMPDIR; exec "$@"'],
    ["a HOME and a TMPDIR that are not there", { HOME: "/nowhere", TMPDIR: "/nowhere" }, 'exec "$@"'],
    [
      "a working directory that has been deleted",
      {},
      `mkdir ${folder}/gone && cd ${folder}/gone && rmdir ${folder}/gone; exec "$@"`,
    ],
    ["every file of more than 0 bytes refused (RLIMIT_FSIZE)", {}, 'ulimit -f 0; exec "$@"'],
  ])("%s", async (_, env, shell) => {
    const agent = await start("ignore", shell, env);
    expect((await agent.json("/processes"))["count"]).toBeGreaterThan(0);
    expect(await (await fetch(`${agent.url}/docs`)).text()).toContain("<html");
    expect((await agent.json("/doctor"))["findings"]).toBeArray();
    expect(await agent.stop()).toBe(0);
  });
});
