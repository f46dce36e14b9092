import { describe, expect, test } from "bun:test";
import { type Loadavg, openLastPid, parseLastPid, parseLoadavg, readLoadavg } from "#kernel/procfs/loadavg.ts";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";

describe("parseLoadavg()", () => {
  test("reads the three loads, the threads and the last pid", () => {
    expect(parseLoadavg("0.25 1.75 20.70 3/5119 171\n")).toEqual({
      load1: 0.25,
      load5: 1.75,
      load15: 20.7,
      runnable: 3,
      threads: 5_119,
      lastPid: 171,
    });
  });

  test.each([
    "",
    "\n",
    "0.25",
    "0.25 0.75 0.70 1/92",
    "0.25 0.75 0.70 192 77",
    "a b c 1/2 3",
    "0.25 0.75 0.70 1/92 77 8",
  ])("is null for %j", (text) => {
    expect(parseLoadavg(text)).toBeNull();
  });
});

describe("readLoadavg()", () => {
  test("reads the captured file", () => {
    expect(readLoadavg(procRoot("test/fixtures/proc/nginx-under-shell"))).toMatchObject({ load1: 0.49, lastPid: 171 });
  });

  test("reads this machine's, whose last pid moves on with a new process", () => {
    const before = readLoadavg(procRoot()) as Loadavg;
    Bun.spawnSync(["true"]);
    const after = readLoadavg(procRoot()) as Loadavg;
    expect(before.threads).toBeGreaterThan(0);
    expect(after.lastPid).not.toBe(before.lastPid);
  });
});

describe("parseLastPid()", () => {
  test.each<[string, number | null]>([
    ["0.25 1.75 20.70 3/5119 171\n", 171],
    ["0.00 0.00 0.00 1/1 4194304\n", 4_194_304],
    ["0.00 0.00 0.00 1/1 7", 7],
    ["0.00 0.00 0.00 0/0 0\n", null],
    ["7", null],
    ["", null],
    ["\n", null],
    ["0.25 1.75 20.70 3/5119 x\n", null],
    ["3/5119\n", null],
  ])("reads %j as %p", (text, pid) => {
    expect(parseLastPid(Buffer.from(text))).toBe(pid);
  });

  test("agrees with the whole line, on this machine, again and again", () => {
    const lastPid = openLastPid(procRoot());
    const before = (readLoadavg(procRoot()) as Loadavg).lastPid;
    expect(Number(lastPid.read())).toBeGreaterThanOrEqual(before);
    const child = Bun.spawnSync(["true"]);
    expect(Number(lastPid.read())).toBeGreaterThanOrEqual(child.pid);
    lastPid.close();
  });

  test("is unread where there is no such file", () => {
    expect(openLastPid(procRoot("test/fixtures")).read()).toBe(gone);
  });
});
