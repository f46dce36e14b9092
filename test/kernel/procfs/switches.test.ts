import { describe, expect, test } from "bun:test";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import { parseSwitches, readSwitches } from "#kernel/procfs/switches.ts";
import { eventually } from "../../support/poll.ts";

const parse = (text: string) => parseSwitches(new TextEncoder().encode(text));

describe("parseSwitches()", () => {
  test("reads both lines, which end in each other's name", () => {
    expect(parse("Name:\tx\nvoluntary_ctxt_switches:\t17\nnonvoluntary_ctxt_switches:\t4\n")).toEqual({
      voluntary: 17,
      involuntary: 4,
    });
  });

  test("is null where the kernel did not write them", () => {
    for (const text of [
      "",
      "Name:\tx\n",
      "Name:\tx\nnonvoluntary_ctxt_switches:\t4\n",
      "Name:\tx\nvoluntary_ctxt_switches:\t\nnonvoluntary_ctxt_switches:\t4\n",
    ])
      expect(parse(text)).toBeNull();
  });
});

describe("readSwitches()", () => {
  const root = procRoot();

  test("says what the whole of status says", async () => {
    const sleeper = Bun.spawn(["sleep", "1000"], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
    // It runs a little before it sleeps.
    await eventually("both to say the same", () => {
      const status = readStatus(root, sleeper.pid);
      if (status === null || typeof status === "symbol") return false;
      const { voluntarySwitches: voluntary, involuntarySwitches: involuntary } = status;
      return Bun.deepEquals(readSwitches(root, sleeper.pid), { voluntary, involuntary }) && Number(voluntary) > 0;
    });
    sleeper.kill();
    await sleeper.exited;
  });

  test("tells a process that is gone", () => {
    expect(readSwitches(root, 4_194_304)).toBe(gone);
  });
});
