import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Agent, type Json, runBinary, startAgent } from "../support/binary.ts";
import { type Negligent, startNegligent } from "../support/negligent.ts";
import { eventually } from "../support/poll.ts";
import { type PtyOptions, startInPty } from "../support/pty.ts";

const red = "\u001b[31m";
const bold = "\u001b[1m";

let agent: Agent;
let parent: Negligent;
let wide: Bun.Subprocess;
let evil: Bun.Subprocess;
beforeAll(async () => {
  agent = await startAgent();
  parent = await startNegligent();
  const stdio: ["ignore", "ignore", "ignore"] = ["ignore", "ignore", "ignore"];
  wide = Bun.spawn(["sleep", "1000"], { argv0: `wide-${"哈".repeat(200)}`, stdio });
  evil = Bun.spawn(["sleep", "1000"], { argv0: "evil-\u001b[2J\u001b]0;owned\u0007\u009b31m\nline", stdio });
  const pids = [parent.pid, wide.pid, evil.pid];
  await eventually("the processes", async () => {
    const { processes } = await agent.json("/processes?name=sleep");
    return pids.every((pid) => processes.some((process: Json) => process["pid"] === pid));
  });
});
afterAll(async () => {
  wide.kill();
  evil.kill();
  await parent.close();
  expect(await agent.stop()).toBe(0);
});

const listen = () => ["--listen", agent.url.replace("http://", "")];

async function inPty(args: readonly string[], options: PtyOptions = {}) {
  const pty = startInPty([...args, ...listen()], { rows: 5000, ...options });
  const code = await pty.ended();
  return { code, raw: pty.raw(), lines: pty.grid.lines().filter((line) => line !== "") };
}

describe("sexton ps in a terminal", () => {
  test.each([40, 80, 132, 200])("of %p columns has no line that is wider, and fills them", async (columns) => {
    const { code, raw, lines } = await inPty(["ps", "--name", "sleep"], { columns });
    expect(code).toBe(0);
    const sent = raw.trimEnd().split("\r\n").map(Bun.stripANSI);
    expect(sent).toEqual(lines);
    for (const line of sent) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(columns);
    const cut = sent.find((line) => line.includes("wide-哈")) as string;
    expect(cut).toEndWith("…");
    expect(Bun.stringWidth(cut)).toBeGreaterThanOrEqual(columns - 1);
  });

  test("a narrow one leaves columns out, a wide one has them all", async () => {
    expect((await inPty(["ps"], { columns: 40 })).lines[0]).toMatch(/^ *PID {2}S {2}COMMAND$/);
    expect((await inPty(["ps"], { columns: 200 })).lines[0]).toMatch(
      /^ *PID +PPID +UID +S +%CPU +RSS +THR +TIME +AGE +CONTAINER +COMMAND$/,
    );
  });

  test("--tree keeps its branches", async () => {
    const { lines } = await inPty(["ps", "--tree"], { columns: 140 });
    const at = lines.findIndex((line) => line.trimStart().startsWith(`${parent.pid} `));
    expect(lines[at + 1]).toMatch(/ Z .*├─ (\[sh\]|sh -c )/);
    expect(lines[at + 2]).toMatch(/ Z .*└─ (\[sh\]|sh -c )/);
  });

  test("titles are bold, zombies red, and nothing else is sent", async () => {
    const { raw } = await inPty(["ps"]);
    expect(raw).toStartWith(`${bold} `);
    const zombie = raw.split("\r\n").find((line) => line.includes(String(parent.children[0])));
    expect(zombie).toStartWith(red);
    expect(zombie).toEndWith("\u001b[0m");
    expect(raw.replaceAll(/\u001b\[(0|1|31|33)m/g, "")).not.toMatch(
      /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f]/,
    );
  });

  test.each([
    [{ NO_COLOR: "1" }, []],
    [{ TERM: "dumb" }, []],
    [{}, ["--color=never"]],
  ])("without colours with %p and %p", async (env, args) => {
    expect((await inPty(["ps", ...args], { env: env as Record<string, string> })).raw).not.toContain("\u001b");
  });

  test("NO_COLOR that is empty is none", async () => {
    expect((await inPty(["ps"], { env: { NO_COLOR: "" } })).raw).toContain(red);
  });
});

describe("sexton ps into a pipe", () => {
  test("is whole, and has neither colours nor what a process would do to a terminal", async () => {
    const { out } = await runBinary(["ps", ...listen()]);
    expect(out).toContain(`wide-${"哈".repeat(200)}`);
    expect(out).toContain("evil-\\x1b[2J\\x1b]0;owned\\x07\\x9b31m\\nline");
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  test("--color=always has them all the same, NO_COLOR or not", async () => {
    const { out } = await runBinary(["ps", "--color=always", ...listen()], { NO_COLOR: "1" });
    expect(out).toStartWith(bold);
    expect(out).toContain(red);
  });
});

test("what a process calls itself reaches no terminal by any other command", async () => {
  const wanted = String(evil.pid);
  const sent = await inPty(["signal", "CONT", "--pid", wanted], { columns: 300 });
  const { raw } = await inPty(["events", "--types", "process.*,signal.*"], { columns: 300 });
  expect(raw).toContain(wanted);
  for (const text of [raw, sent.raw]) expect(text).not.toMatch(/\u001b(?!\[(0|1)m)|\u009b|\u0007/);
});

test("help is as wide as the terminal, with bold titles", async () => {
  const { raw, lines } = await inPty(["help", "ps"], { columns: 50 });
  expect(raw).toContain(`${bold}Options:\u001b[0m`);
  expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(50);
});
