import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseCgroup } from "#kernel/procfs/cgroup.ts";
import { parseCmdline } from "#kernel/procfs/cmdline.ts";
import { parseIo } from "#kernel/procfs/io.ts";
import { parseLimits } from "#kernel/procfs/limits.ts";
import { parseLastPid, parseLoadavg } from "#kernel/procfs/loadavg.ts";
import { parseMountinfo } from "#kernel/procfs/mountinfo.ts";
import { parseStat } from "#kernel/procfs/stat.ts";
import { parseOwner, parseStatus } from "#kernel/procfs/status.ts";
import { latin1, lossyUtf8 } from "#kernel/procfs/text.ts";
import { parseUptime } from "#kernel/procfs/uptime.ts";

/** Every parser as the readers call it: from bytes. */
const parsers: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  parseStat,
  parseOwner,
  parseStatus,
  parseCmdline,
  parseCgroup: (bytes) => parseCgroup(lossyUtf8(bytes)),
  parseMountinfo: (bytes) => parseMountinfo(Buffer.from(bytes).toString("utf8")),
  parseLimits: (bytes) => parseLimits(latin1(bytes)),
  parseIo: (bytes) => parseIo(latin1(bytes)),
  parseLastPid,
  parseLoadavg: (bytes) => parseLoadavg(latin1(bytes)),
  parseUptime: (bytes) => parseUptime(latin1(bytes)),
};

// What the files are made of, so that random sequences get past the first check of a parser.
const pieces = [
  ..." \t\n\0:()-/.\\,=",
  ...[
    "17",
    "0",
    "-1",
    "99999999999999999999999",
    "17 (a) S 1 ",
    "1 1 1 1 1 1 1 1 ",
    " - ",
    "\\040",
    "\\999",
    "unlimited",
  ],
  ...["Max open files", "Max cpu time ", "Uid:\t0\t0\t0\t0\n", "Gid:\t0\t0\t0\t0\n", "SigCgt:\tffffffffffffffff\n"],
  ...["VmHWM:\t1 kB\n", "rchar: 1\n", "0::/a\n", "5:pids:/b", "0.25 0.75 0.70 1/92 77", "1 2 0:1 / /p rw - t s rw\n"],
  ...["\u00ff\u00fe", "\u00c3", "x"],
];
const rawBytes = fc.uint8Array({ maxLength: 512 });
const madeBytes = fc
  .array(fc.constantFrom(...pieces), { maxLength: 60 })
  .map((parts) => new Uint8Array(Buffer.from(parts.join(""), "latin1")));

describe.each(Object.entries(parsers))("%s()", (_, parser) => {
  test("throws for no sequence of bytes, and gives the same for the same", () => {
    fc.assert(
      fc.property(fc.oneof(rawBytes, madeBytes), (bytes) => {
        expect(parser(bytes)).toEqual(parser(bytes.slice()));
      }),
      { numRuns: 1_000 },
    );
  });

  test("takes no long time over 64 KiB of any one piece, with a beginning that it knows", () => {
    const beginnings = ["", "17 (a) S ", "Max open files 1 1", "Max open files ", "Uid:\t", "0::", "1 2 0:1 / /p rw "];
    const started = performance.now();
    for (const beginning of beginnings) {
      for (const piece of pieces) {
        const text = `${beginning}${piece.repeat(Math.ceil(65_536 / piece.length))}`.slice(0, 65_535);
        parser(Buffer.from(`${text}!`, "latin1"));
      }
    }
    // 245 texts; one that backtracks over 64 KiB costs seconds by itself.
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});
