import { describe, expect, test } from "bun:test";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { type ProcStatus, parseOwner, parseStatus, readStatus } from "#kernel/procfs/status.ts";

const captured = procRoot("test/fixtures/proc/nginx-under-shell");
const parse = (...lines: string[]) =>
  parseStatus(Buffer.from(["Uid:\t0\t0\t0\t0", "Gid:\t0\t0\t0\t0", ...lines, ""].join("\n"), "latin1"));

describe("parseStatus()", () => {
  test("tells real, effective, saved and filesystem ids apart", () => {
    const ids = parseStatus(Buffer.from("Name:\tx\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n"));
    expect(ids?.uid).toEqual({ real: 1, effective: 2, saved: 3, filesystem: 4 });
    expect(ids?.gid).toEqual({ real: 5, effective: 6, saved: 7, filesystem: 8 });
  });

  test("reads pids from the reader's namespace inwards", () => {
    expect(parse("NSpid:\t4711\t17\t1")?.nsPids).toEqual([4711, 17, 1]);
    expect(parse()?.nsPids).toEqual([]);
  });

  test("reads masks of 64 signals without losing the highest", () => {
    const signals = parse(
      "SigPnd:\t8000000000000000",
      "ShdPnd:\t0000000000000001",
      "SigBlk:\tfffffffe7ffbfeff",
      "SigIgn:\t0000000040001000",
      "SigCgt:\t0000000018016a07",
    )?.signals;
    expect(signals).toEqual({
      pending: 1n << 63n,
      sharedPending: 1n,
      blocked: 0xfffffffe7ffbfeffn,
      ignored: 0x40001000n,
      caught: 0x18016a07n,
    });
  });

  test("turns kB into bytes", () => {
    expect(parse("VmHWM:\t    1796 kB", "VmSwap:\t       0 kB", "RssAnon:\t     112 kB")).toMatchObject({
      peakRssBytes: 1796 * 1024,
      swapBytes: 0,
      anonymousBytes: 112 * 1024,
    });
  });

  test("gives null for what the kernel did not write, never 0", () => {
    expect(parse()).toMatchObject({
      tgid: null,
      tracerPid: null,
      noNewPrivileges: null,
      seccomp: null,
      seccompFilters: null,
      voluntarySwitches: null,
      involuntarySwitches: null,
      peakRssBytes: null,
      swapBytes: null,
      anonymousBytes: null,
    });
  });

  test("reads the flags of confinement", () => {
    expect(parse("NoNewPrivs:\t1", "Seccomp:\t2", "Seccomp_filters:\t3", "TracerPid:\t42")).toMatchObject({
      noNewPrivileges: true,
      seccomp: 2,
      seccompFilters: 3,
      tracerPid: 42,
    });
    expect(parse("NoNewPrivs:\t0")?.noNewPrivileges).toBe(false);
  });

  test("takes the first of two lines with one key", () => {
    expect(parse("Uid:\t99\t99\t99\t99")?.uid.real).toBe(0);
  });

  test("cannot be misled by a name, whose newlines the kernel escapes", () => {
    const text = "Name:\tx\\nUid:\\t99\\t99\\t99\\t99\nUid:\t7\t7\t7\t7\nGid:\t7\t7\t7\t7\n";
    expect(parseStatus(Buffer.from(text))?.uid.real).toBe(7);
  });

  test.each([
    "",
    "\n\n",
    "Uid:\t0\t0\t0\t0\n",
    "Uid:\t0\t0\nGid:\t0\t0\t0\t0\n",
    "Uid:\ta\tb\tc\td\nGid:\t0\t0\t0\t0\n",
  ])("is null without whole ids: %j", (text) => {
    expect(parseStatus(Buffer.from(text))).toBeNull();
  });
});

describe("readStatus()", () => {
  test("reads what was captured of nginx: HUP, QUIT, USR1, TERM caught, PIPE ignored", () => {
    const master = readStatus(captured, 2) as ProcStatus;
    expect(master.signals.caught).toBe(0x18016a07n);
    expect(master.signals.ignored).toBe(0x40001000n);
    expect(master).toMatchObject({ tgid: 2, nsPids: [2], noNewPrivileges: false, seccomp: 0 });
    expect((readStatus(captured, 12) as ProcStatus).uid).toEqual({
      real: 65534,
      effective: 65534,
      saved: 65534,
      filesystem: 65534,
    });
  });

  test("reads a captured zombie, which has no memory any more", () => {
    expect(readStatus(captured, 8)).toMatchObject({ tgid: 8, peakRssBytes: null, anonymousBytes: null });
  });

  test("reads this very process, by number and as self", () => {
    const own = readStatus(procRoot(), process.pid) as ProcStatus;
    expect(own.uid.effective).toBe(process.geteuid?.() ?? -1);
    expect(own.gid.real).toBe(process.getgid?.() ?? -1);
    expect(own.nsPids[0]).toBe(process.pid);
    expect((readStatus(procRoot(), "self") as ProcStatus).tgid).toBe(process.pid);
  });

  test("says gone for a pid that is not there", () => {
    expect(readStatus(captured, 4_194_303)).toBe(gone);
  });
});

describe("parseOwner()", () => {
  test("takes the effective ids, as parseStatus() does", () => {
    const bytes = Buffer.from("Name:\tx\nUmask:\t0022\nUid:\t1\t2\t3\t4\nGid:\t5\t6000\t7\t8\nFDSize:\t64\n");
    expect(parseOwner(bytes)).toEqual({ uid: 2, gid: 6000 });
  });

  test.each(["", "Uid:", "\nUid:\t1", "\nUid:\t1\t\nGid:\t1\t2\t3\t4\n", "\nUid:\tx\ty\tz\tw\n"])(
    "is null for %j",
    (text) => {
      expect(parseOwner(Buffer.from(text))).toBeNull();
    },
  );
});
