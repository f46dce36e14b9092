import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, binary, cleanEnv, startAgent } from "../support/binary.ts";
import { eventually } from "../support/poll.ts";
import { type PtyOptions, startInPty } from "../support/pty.ts";

let folder: string;
let socket: string;
let agent: Agent;
const start = () => startAgent({ args: ["--listen", `127.0.0.1:0,unix://${socket}`] });
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "sexton-watch-"));
  socket = join(folder, "sexton.sock");
  agent = await start();
});
afterEach(async () => {
  await agent.stop();
  rmSync(folder, { recursive: true });
});

const untouched = { alternate: false, cursorShown: true, wraps: true };
const watchEach = (seconds: string, ...args: string[]) => [
  "ps",
  "--watch",
  seconds,
  ...args,
  "--listen",
  `unix://${socket}`,
];
const watch = (...args: string[]) => watchEach("0.2", ...args);

async function watching(args: readonly string[] = [], options: PtyOptions & { readonly seconds?: string } = {}) {
  const pty = startInPty(watchEach(options.seconds ?? "0.2", ...args), options);
  await eventually("the first frame", () => pty.grid.lines()[1]?.includes("COMMAND"));
  return pty;
}

describe("sexton ps --watch in a terminal", () => {
  test("shows what comes and goes, in place", async () => {
    const pty = await watching(["--name", "sleep", "--sort=-start"], { rows: 10 });
    expect(pty.grid.state).toEqual({ alternate: true, cursorShown: false, wraps: false });
    const mark = `watched-${Math.random()}`;
    const sleeper = Bun.spawn(["sleep", "1000"], { argv0: mark, stdio: ["ignore", "ignore", "ignore"] });
    const isShown = () =>
      pty.grid.lines().some((line) => line.includes(`${sleeper.pid}  `) && line.includes(mark.slice(0, 12)));
    await eventually("the sleeper", isShown);
    sleeper.kill();
    await sleeper.exited;
    await eventually("its end", () => !isShown());
    expect(pty.grid.lines()[0]).toMatch(/^sexton: \d+ process(es)? at \d\d:\d\d:\d\d UTC, every 0.2 s, q ends it$/);
    pty.type("q");
    expect(await pty.ended()).toBe(0);
  });

  test.each([
    ["Ctrl-C", (pty: ReturnType<typeof startInPty>) => pty.type("\u0003")],
    ["q", (pty: ReturnType<typeof startInPty>) => pty.type("q")],
    ["SIGTERM", (pty: ReturnType<typeof startInPty>) => pty.kill("SIGTERM")],
    ["SIGINT", (pty: ReturnType<typeof startInPty>) => pty.kill("SIGINT")],
  ])("%s leaves the terminal as it was", async (_, end) => {
    const pty = await watching();
    end(pty);
    expect(await pty.ended()).toBe(0);
    expect(pty.grid.state).toEqual(untouched);
    expect(pty.grid.lines().join("")).toBe("");
  });

  test("keys are not shown meanwhile, and the keyboard is as it was afterwards", async () => {
    const settings = "stty -a | tr -s ' ;' '\\n\\n' | grep -E '^-?(icanon|echo|isig|opost|icrnl)$' | tr '\\n' ' '";
    const script = `echo before; ${settings}; echo; "$@"; echo after; ${settings}`;
    const pty = startInPty(["-c", script, "sh", binary, ...watch()], { rows: 12 }, ["sh"]);
    await eventually("the first frame", () => pty.grid.state.alternate && pty.grid.lines()[1]?.includes("COMMAND"));
    pty.type("xyz\r");
    const frames = () => pty.raw().split("\u001b[?2026h").length;
    const before = frames();
    await eventually("two more frames", () => frames() > before + 1);
    expect(pty.raw()).not.toContain("xyz");
    pty.type("q");
    await pty.ended();
    const [, told, , again] = pty.grid.lines();
    expect(told).toContain("icanon");
    expect(pty.grid.lines()[2]).toBe("after");
    expect(again).toBe(told as string);
  });

  test("follows the size of the window", async () => {
    // Long before the next list is due.
    const pty = await watching([], { columns: 120, rows: 20, seconds: "600" });
    expect(pty.grid.lines()[19]).toMatch(/^… \d+ more$/);
    pty.resize(40, 8);
    await eventually("narrow lines", () => /^ *PID {2}S {2}.*COMMAND$/.test(pty.grid.lines()[1] as string));
    await eventually("the last line", () => /^… \d+ more$/.test(pty.grid.lines()[7] as string));
    pty.resize(200, 30);
    await eventually("all columns", () => pty.grid.lines()[1]?.includes("THR"));
    pty.type("\u0003");
    expect(await pty.ended()).toBe(0);
  });

  test("a line that is as wide as the window keeps its last character", async () => {
    const pty = await watching(["--limit", "3"], { columns: 40 });
    const sleeper = Bun.spawn(["sleep", "1000"], { argv0: "x".repeat(100), stdio: ["ignore", "ignore", "ignore"] });
    pty.kill("SIGTERM");
    await pty.ended();
    const wide = await watching(["--name", "sleep", "--sort=-start", "--limit", "1"], { columns: 40 });
    await eventually("the sleeper, up to the edge", () => wide.grid.lines()[2]?.endsWith("x…"));
    expect(Bun.stringWidth(wide.grid.lines()[2] as string)).toBe(40);
    sleeper.kill();
    wide.type("q");
    await wide.ended();
  });

  test("survives that the agent is started anew, and says so", async () => {
    const pty = await watching([], { columns: 100 });
    await agent.stop();
    await eventually("the note", () => pty.grid.lines()[0]?.startsWith("sexton tries again: Cannot reach sexton"));
    expect(pty.grid.lines()[1]).toContain("COMMAND");
    agent = await start();
    await eventually("it to be back", () => /^sexton: \d+ processes at/.test(pty.grid.lines()[0] as string));
    pty.type("q");
    expect(await pty.ended()).toBe(0);
    expect(pty.grid.state).toEqual(untouched);
  });

  test("what is wrong from the start is said without touching the screen", async () => {
    const refused = startInPty(watch("--sort", "size"));
    expect(await refused.ended()).toBe(2);
    const unreachable = startInPty(["ps", "--watch", "--listen", "127.0.0.1:1"]);
    expect(await unreachable.ended()).toBe(3);
    for (const { raw } of [refused, unreachable]) expect(raw()).not.toContain("\u001b[?");
  });

  test("a dumb terminal gets one list below the other", async () => {
    const pty = startInPty(watch("--limit", "2"), { env: { TERM: "dumb" } });
    await eventually("two lists", () => pty.raw().split("COMMAND").length > 2);
    pty.type("\u0003");
    await pty.ended();
    expect(pty.raw()).not.toContain("\u001b");
  });
});

describe("sexton ps --watch into a pipe", () => {
  function piped(...args: string[]) {
    const child = Bun.spawn([binary, ...watch(...args)], { env: cleanEnv, stdio: ["ignore", "pipe", "pipe"] });
    const seen = { out: "", err: "" };
    const read = async (from: ReadableStream<Uint8Array>, into: "out" | "err") => {
      const decoder = new TextDecoder();
      for await (const chunk of from) seen[into] += decoder.decode(chunk, { stream: true });
    };
    const done = Promise.all([read(child.stdout, "out"), read(child.stderr, "err")]);
    return {
      seen,
      async end() {
        child.kill("SIGINT");
        await done;
        return child.exited;
      },
    };
  }

  test("prints one list after the other, and what became of the agent", async () => {
    const { seen, end } = piped("--limit", "2");
    await eventually("two lists", () => seen.out.split("COMMAND").length > 2);
    await agent.stop();
    await eventually("the note", () => seen.err.includes("sexton tries again: Cannot reach sexton"));
    const before = seen.out.length;
    agent = await start();
    await eventually("more", () => seen.out.length > before);
    expect(await end()).toBe(0);
    expect(seen.err).toMatch(/^sexton tries again: .*\nsexton: the agent is back\n$/);
    expect(seen.out).not.toContain("\u001b");
    expect(seen.out.split("\n\n").length).toBeGreaterThan(2);
  });

  test("--json prints an answer a line", async () => {
    const { seen, end } = piped("--limit", "1", "--json");
    await eventually("three answers", () => seen.out.split("\n").length > 3);
    expect(await end()).toBe(0);
    const answers = seen.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map(({ count }) => count)).toEqual(answers.map(() => 1));
  });

  test.each([
    [["ps", "--watch=0.2"]],
    [["ps", "--watch=0.2", "--json"]],
    [["ps", "--json"]],
    [["events", "-f"]],
    [["openapi"]],
  ])("%j ends without a word when its reader has gone", async (args) => {
    const script = '{ "$@"; echo "ended with $?" >&2; } | head -n 1 > /dev/null';
    const here = ["--listen", `unix://${socket}`];
    const many = Array.from({ length: 100 }, () =>
      Bun.spawn(["sleep", "1000"], { argv0: "x".repeat(1_000), stdio: ["ignore", "ignore", "ignore"] }),
    );
    const command = ["sh", "-c", script, "sh", binary, ...args, ...here];
    const child = Bun.spawn(command, { env: cleanEnv, stdio: ["ignore", "ignore", "pipe"] });
    expect(await new Response(child.stderr).text()).toBe("ended with 0\n");
    for (const sleeper of many) sleeper.kill();
  });
});
