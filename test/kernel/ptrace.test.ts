import { describe, expect, test } from "bun:test";
import { decodeStop, isOwnChild, peek, pollStop, type Stop, seize } from "#kernel/ptrace.ts";

const onX86 = process.arch === "x64";

describe("decodeStop()", () => {
  test.each<[string, number, Stop]>([
    ["PTRACE_EVENT_STOP as it was asked for", (128 << 8) | 5, { kind: "interrupt" }],
    ["PTRACE_EVENT_STOP with SIGSTOP", (128 << 8) | 19, { kind: "group" }],
    ["PTRACE_EVENT_STOP with SIGTTIN", (128 << 8) | 21, { kind: "group" }],
    ["a system call, with PTRACE_O_TRACESYSGOOD", 5 | 0x80, { kind: "syscall" }],
    ["a SIGTRAP of the program's own", 5, { kind: "signal", signal: 5 }],
    ["SIGSTOP on its way", 19, { kind: "signal", signal: 19 }],
    ["the last real-time signal", 64, { kind: "signal", signal: 64 }],
  ])("%s", (_, status, stop) => {
    expect(decodeStop(status)).toEqual(stop);
  });
});

describe.skipIf(!onX86)("of processes that are not traced", () => {
  const nobody = 4_194_305; // More than PID_MAX_LIMIT.

  test("nothing is read, and nothing waited for", async () => {
    expect(seize(nobody)).toBe("gone");
    expect(seize(process.pid)).toBe("denied");
    expect(pollStop(nobody, false)).toEqual({ kind: "ended" });
    expect(peek(nobody, 0n)).toBeNull();
  });

  test("a child is told from others, and left to whoever waits for it", async () => {
    const child = Bun.spawn(["sleep", "60"], { stdio: ["ignore", "ignore", "ignore"] });
    expect([isOwnChild(child.pid), isOwnChild(process.ppid), isOwnChild(nobody)]).toEqual([true, false, false]);
    child.kill("SIGUSR1");
    await child.exited;
    expect(child.signalCode).toBe("SIGUSR1");
  });
});
