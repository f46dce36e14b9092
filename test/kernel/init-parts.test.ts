import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { signalChild, signalGroup } from "#kernel/signal-child.ts";
import { signalSet } from "#kernel/signal-set.ts";
import { eventually } from "../support/poll.ts";

setDefaultTimeout(30_000);

const program = join(import.meta.dir, "../programs/init-parts.ts");

/** Runs a part under a shell line in which `"$@"` stands for it; what it printed, line by line. */
async function run(args: readonly string[], line = 'exec "$@"'): Promise<string[]> {
  const child = Bun.spawn(["bash", "-c", line, "bash", process.execPath, program, ...args], {
    // A folder of PATH that is not to be searched (root's, for others) makes a missing program a forbidden one.
    env: { PATH: "/usr/bin:/bin" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if (await child.exited) throw new Error(`${args.join(" ")} failed: ${err}`);
  return `${out}${err}`.trimEnd().split("\n");
}

const runJson = async (...given: Parameters<typeof run>) => JSON.parse((await run(...given)).at(-1) as string);

describe("spawn()", () => {
  test.each([
    [["sh", "-c", "exit 7"], { status: 7 << 8, left: "childless" }],
    [["sh", "-c", "kill -9 $$"], { status: 9, left: "childless" }],
    [["true"], { status: 0, left: "childless" }],
    [["nothing-of-that-name"], { errno: 2 }],
    [["/etc/passwd"], { errno: 13 }],
    [["/etc/passwd/x"], { errno: 20 }],
  ])("%p", async (argv, expected) => {
    expect(await runJson(["spawn", ...argv])).toEqual(expected);
  });

  test("hands arguments and environment on as they are", async () => {
    const [text] = await run([
      "spawn",
      "sh",
      "-c",
      'printf "%s|" "$@"; env | tr "\\n" "|"',
      "sh",
      "",
      "a b",
      "c\td",
      "*",
    ]);
    expect(text).toStartWith("|a b|c\td|*|PATH=/usr/bin:/bin|LANG=C|");
  });

  test("gives the child a group or a session of its own, which can be signalled as a whole", async () => {
    for (const place of ["group", "session"]) {
      const { sent, status, after } = await runJson(["group", place, "sh", "-c", "sleep 60 & wait"]);
      expect({ sent, status, after }).toEqual({ sent: 0, status: 15, after: 3 });
    }
  });

  test("leaves ignored what sexton was given so, and blocks what it is told", async () => {
    // Not under a shell: dash unblocks all signals as it starts.
    const show = ["grep", "-E", "^Sig(Ign|Blk)", "/proc/self/status"];
    const lines = await run(["masks", ...show], 'exec env --ignore-signal=HUP,USR1,RTMIN "$@"');
    const mask = (numbers: readonly number[]) => signalSet(numbers).toString(16).padStart(16, "0");
    expect(lines).toEqual([`SigBlk:\t${mask([15, 37])}`, `SigIgn:\t${mask([1, 10, 34])}`]);
  });
});

test("spawn() does not take more memory the more often it is called", async () => {
  const { grown } = await runJson(["reuse", "true"]);
  // Two times a buffer for each would be more than that.
  expect(grown).toBeLessThan(4_000_000);
});

test("programs beside the command: their ends, and those of who was in their group", async () => {
  const end = { exitCode: null, signal: null, timedOut: false };
  expect(await runJson(["programs"], 'unset LANG; exec "$@"')).toEqual({
    ends: [
      { ...end, exitCode: 7 },
      { ...end, signal: "SIGKILL" },
      { error: "ENOENT" },
      { ...end, exitCode: 0 },
      { ...end, timedOut: true },
      "enough",
      "enough",
    ],
    other: false,
  });
});

test("descriptors that were open are the child's, and no others", async () => {
  const line = 'exec 3</dev/null 4</dev/zero 9</dev/full 77</dev/null; exec "$@"';
  const shown = "for fd in /proc/self/fd/*; do [ $(basename $fd) -gt 2 ] && readlink $fd; done; true";
  const bare = Bun.spawnSync(["bash", "-c", line, "bash", "bash", "-c", shown], { stdin: "ignore" }).stdout.toString();
  expect(bare).toContain("/dev/full");
  expect(await run(["descriptors", "bash", "-c", shown], line)).toEqual(bare.trimEnd().split("\n"));
});

describe("signals without a name", () => {
  async function heardOf(signals: readonly number[], line?: string) {
    const child = Bun.spawn(
      ["bash", "-c", line ?? 'exec "$@"', "bash", process.execPath, program, "unnamed", `${signals.length}`],
      {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "ignore",
      },
    );
    let out = "";
    const reading = (async () => {
      for await (const chunk of child.stdout.pipeThrough(
        new TextDecoderStream() as never,
      ) as never as AsyncIterable<string>)
        out += chunk;
    })();
    await eventually("the handlers", () => out.includes("left"));
    for (const signal of signals) process.kill(child.pid, signal);
    await reading;
    return out
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text));
  }

  test("are heard as often as they come", async () => {
    expect(await heardOf([34, 64, 34, 40, 16, 34])).toEqual([{ left: [] }, { heard: [16, 34, 34, 34, 40, 64] }]);
  });

  test("are left alone where a descriptor of that number is somebody's", async () => {
    expect(await heardOf([34], 'exec 40</dev/null; exec "$@"')).toEqual([{ left: [40] }, { heard: [34] }]);
  });
});

test("the limit of open files can be lowered and read", async () => {
  expect(await runJson(["limit"])).toEqual({ done: 0, soft: "77", same: true });
});

test("a subreaper is one from when it has asked", async () => {
  expect(await runJson(["subreaper"])).toEqual([false, 0, true]);
});

test("what is written to a reader that has gone raises no signal", async () => {
  expect(await runJson(["brokenPipe", "300"], '"$@" | exec true')).toEqual({ heard: 0 });
});

test("signalChild() and signalGroup() refuse what means others than a child", () => {
  for (const pid of [0, 1, -1, -5, 1.5, Number.NaN, 4_194_305]) {
    expect(() => signalChild(pid, 0)).toThrow("internal error");
    expect(() => signalGroup(pid, 0)).toThrow("internal error");
  }
});
