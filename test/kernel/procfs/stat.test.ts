import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import fc from "fast-check";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { isKernelThread, type ProcStat, parseStat, readStat, rereadStat } from "#kernel/procfs/stat.ts";

const captured = procRoot("test/fixtures/proc/nginx-under-shell");
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

/** A line as fs/proc/array.c writes it, with only the fields that sexton reads filled in. */
function render(stat: ProcStat, comm: Uint8Array): Uint8Array {
  const numbers = Array<number | string>(49).fill(0);
  const at = {
    0: stat.ppid,
    2: stat.session,
    3: stat.terminal,
    5: stat.flags,
    6: stat.minorFaults,
    8: stat.majorFaults,
    10: stat.userTicks,
  };
  const more = { 11: stat.systemTicks, 16: stat.threads, 18: stat.startTicks, 19: stat.virtualBytes };
  Object.assign(numbers, at, more, { 4: -1, 20: stat.rssPages, 21: "18446744073709551615", 48: stat.exitCode });
  // As the addresses of another user's process are hidden.
  Object.assign(numbers, { 22: 1, 23: 1 });
  return Buffer.concat([Buffer.from(`${stat.pid} (`), comm, Buffer.from(`) ${stat.state} ${numbers.join(" ")}\n`)]);
}

const example: ProcStat = {
  pid: 17,
  comm: "nginx",
  state: "S",
  ppid: 1,
  session: 16,
  terminal: 34_816,
  flags: 4_194_304,
  minorFaults: 378,
  majorFaults: 5,
  userTicks: 12,
  systemTicks: 3,
  threads: 2,
  startTicks: 328_220,
  virtualBytes: 10_502_144,
  rssPages: 1_666,
  layout: null,
  execing: false,
  exitCode: 0,
};

/** A line with these addresses: startcode, endcode, startstack. */
const withAddresses = (...addresses: [string, string, string]) => {
  const fields = Buffer.from(render(example, bytesOf("nginx")))
    .toString("latin1")
    .split(" ");
  return parseStat(bytesOf(fields.with(25, addresses[0]).with(26, addresses[1]).with(27, addresses[2]).join(" ")));
};

describe("parseStat()", () => {
  test("reads every field from its own place", () => {
    expect(parseStat(render(example, bytesOf("nginx")))).toEqual(example);
  });

  test.each([
    ["a space", "tmux: server"],
    ["parentheses", "(sd-pam)"],
    ["what looks like the end and the next fields", ") R 1 ("],
    ["nothing but parentheses", ")))((())))"],
    ["nothing at all", ""],
    ["a newline", "a\nb"],
    ["numbers like fields", "1) S 2 3 4 5 6 7"],
  ])("keeps %s inside comm", (_, comm) => {
    expect(parseStat(render(example, bytesOf(comm)))).toEqual({ ...example, comm });
  });

  test("shows bytes of comm that are not UTF-8 as U+FFFD, and those that are as they are", () => {
    expect(parseStat(render(example, Uint8Array.of(0xff, 0xfe)))?.comm).toBe("\ufffd\ufffd");
    expect(parseStat(render(example, Buffer.from("grün")))?.comm).toBe("grün");
    // Cut at 15 bytes by the kernel, in the middle of a character.
    expect(parseStat(render(example, Buffer.from("abcdefghijklmnü").subarray(0, 15)))?.comm).toBe(
      "abcdefghijklmn\ufffd",
    );
  });

  test("gives the same for any comm that the kernel could hold", () => {
    const number = fc.nat({ max: 2 ** 52 });
    const stat = fc.record({
      pid: fc.integer({ min: 1, max: 4_194_304 }),
      state: fc.constantFrom(..."RSDTtZXI"),
      ppid: fc.nat({ max: 4_194_304 }),
      session: fc.nat({ max: 4_194_304 }),
      terminal: fc.nat({ max: 0xffff_ffff }),
      flags: fc.nat({ max: 0xffff_ffff }),
      minorFaults: number,
      majorFaults: number,
      userTicks: number,
      systemTicks: number,
      threads: fc.nat(),
      startTicks: number,
      virtualBytes: number,
      rssPages: fc.integer({ min: -1_000 }),
      layout: fc.constant(null),
      execing: fc.constant(false),
      exitCode: fc.nat({ max: 0xffff }),
    });
    fc.assert(
      fc.property(stat, fc.uint8Array({ maxLength: 15 }), (given, comm) => {
        const name = new TextDecoder().decode(comm);
        expect(parseStat(render({ ...given, comm: "" }, comm))).toEqual({ ...given, comm: name });
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["nothing", ""],
    ["a pid alone", "17"],
    ["a pid and half a name", "17 (ngi"],
    ["a name alone", "(nginx) S 1"],
    ["no state", "17 (nginx)"],
    ["nothing behind the state", "17 (nginx) S"],
    ["too few fields", `17 (nginx) S ${"1 ".repeat(20)}`],
    ["pid 0", `0 (nginx) S ${"1 ".repeat(49)}`],
    ["a negative pid", `-17 (nginx) S ${"1 ".repeat(49)}`],
    ["no space behind the name", `17 (nginx)S ${"1 ".repeat(49)}`],
    ["words for numbers", `17 (nginx) S ${"one ".repeat(49)}`],
    ["parentheses the wrong way round", `17 )nginx( S ${"1 ".repeat(49)}`],
  ])("is null for %s", (_, text) => {
    expect(parseStat(bytesOf(text))).toBeNull();
  });

  test("takes the line of a kernel before 3.5, which has no exit code", () => {
    expect(parseStat(bytesOf(`17 (nginx) S ${"1 ".repeat(21)}`))).toMatchObject({ pid: 17, rssPages: 1, exitCode: 0 });
  });

  test("tells by its addresses one program image from another, and from one that is hidden", () => {
    const image = withAddresses("94017627578368", "94017627578709", "140733636451776");
    expect(image).toEqual({ ...example, layout: expect.any(Number) });
    expect(withAddresses("94017627578368", "94017627578709", "140733636451776")).toEqual(image);
    // Of a program that is not position-independent the stack alone moves.
    const others = [
      withAddresses("4194304", "4198400", "140733636451776"),
      withAddresses("4194304", "4198400", "140733636451777"),
      withAddresses("4194304", "4198400", "140733636451767"),
    ];
    expect(new Set([image, ...others].map((stat) => stat?.layout)).size).toBe(4);
    expect(withAddresses("1", "1", "0")).toEqual(example);
    expect(withAddresses("0", "0", "0")).toMatchObject({ layout: null });
  });

  test("tells who is in the midst of an exec from who is hidden, and from who has no memory", () => {
    expect(withAddresses("0", "0", "140733636451776")).toMatchObject({ execing: true, layout: null });
    expect(withAddresses("1", "1", "0")?.execing).toBe(false);
    expect(withAddresses("94017627578368", "94017627578709", "140733636451776")?.execing).toBe(false);
    const zombie = { ...example, state: "Z", virtualBytes: 0 };
    const line = Buffer.from(render(zombie, bytesOf("nginx")))
      .toString("latin1")
      .split(" ")
      .with(25, "0");
    expect(parseStat(bytesOf(line.join(" ")))).toMatchObject({ execing: false, layout: null });
  });

  test("does not let one line leak into the next, shorter one", () => {
    expect(parseStat(render({ ...example, exitCode: 1792 }, bytesOf("a")))?.exitCode).toBe(1792);
    expect(parseStat(bytesOf(`17 (nginx) S ${"1 ".repeat(30)}`))?.exitCode).toBe(0);
  });
});

describe("readStat()", () => {
  test.each([
    [1, { comm: "sh", ppid: 0, state: "S", startTicks: 328_219 }],
    [2, { comm: "nginx", ppid: 1, majorFaults: 5, rssPages: 1_666, virtualBytes: 10_502_144 }],
    [5, { comm: ") R 1 (", ppid: 1, state: "S" }],
    [6, { comm: "a\nb\ufffd\ufffd", ppid: 1, state: "S" }],
    [12, { comm: "nginx", ppid: 2, startTicks: 328_221 }],
  ])("reads the captured process %d", (pid, expected) => {
    expect(readStat(captured, pid)).toMatchObject({ pid, ...expected });
  });

  test("reads the wait status of captured zombies: exit code 7, killed by 9", () => {
    expect(readStat(captured, 8)).toMatchObject({ state: "Z", exitCode: 7 << 8 });
    expect(readStat(captured, 9)).toMatchObject({ state: "Z", exitCode: 9 });
  });

  test("says gone for a pid that is not there", () => {
    expect(readStat(captured, 4_194_303)).toBe(gone);
    expect(readStat(procRoot(), 4_194_304)).toBe(gone);
  });

  test("says gone for one that is released at this moment, which has neither threads nor a parent", () => {
    const line = render({ ...example, state: "Z", threads: 0, ppid: 0, session: 0 }, bytesOf("sh"));
    const root = { ...captured, read: () => line };
    expect(readStat(root, 17)).toBe(gone);
    expect(rereadStat(root, 17, undefined)).toBe(gone);
  });

  test("reads this very process", () => {
    const own = readStat(procRoot(), process.pid) as ProcStat;
    expect(own).toMatchObject({ pid: process.pid, ppid: process.ppid, exitCode: 0 });
    expect(own.threads).toBeGreaterThan(0);
    expect(own.rssPages).toBeGreaterThan(0);
    expect(isKernelThread(own)).toBe(false);
  });
});

test.each(["1", "0"])("rereadStat() sees what changed, with BUN_JSC_useJIT=%s", (jit) => {
  const program = join(import.meta.dir, "..", "..", "programs", "reread-stat.ts");
  const env = { ...process.env, BUN_JSC_useJIT: jit };
  const { stdout } = Bun.spawnSync([process.execPath, program], { env, stderr: "inherit" });
  expect(stdout.toString()).toBe("0\n");
});
