import { describe, expect, test } from "bun:test";
import { constants } from "node:os";
import fc from "fast-check";
import {
  maskHas,
  nearestSignal,
  parseSignal,
  signalName,
  signalNumber,
  signalsOfMask,
  standardSignals,
} from "#process/signal.ts";

const realNumbers = [...Array.from({ length: 31 }, (_, i) => i + 1), ...Array.from({ length: 31 }, (_, i) => i + 34)];

describe("the table of signals", () => {
  test("has the numbers of this machine's C library", () => {
    const here: Record<string, number> = constants.signals;
    for (const name of standardSignals) expect([name, signalNumber(name)]).toEqual([name, here[name] ?? -1]);
  });

  test("has each number from 1 to 31 once", () => {
    expect(standardSignals.map(signalNumber)).toEqual(realNumbers.slice(0, 31));
  });
});

describe("parseSignal()", () => {
  test.each([
    ["HUP", "SIGHUP", 1],
    ["SIGHUP", "SIGHUP", 1],
    ["sighup", "SIGHUP", 1],
    ["hup", "SIGHUP", 1],
    ["Hup", "SIGHUP", 1],
    ["1", "SIGHUP", 1],
    ["9", "SIGKILL", 9],
    ["31", "SIGSYS", 31],
    ["RTMIN", "SIGRTMIN", 34],
    ["SIGRTMIN", "SIGRTMIN", 34],
    ["RTMIN+0", "SIGRTMIN", 34],
    ["RTMIN+3", "SIGRTMIN+3", 37],
    ["rtmin+3", "SIGRTMIN+3", 37],
    ["37", "SIGRTMIN+3", 37],
    ["RTMIN+30", "SIGRTMAX", 64],
    ["RTMAX", "SIGRTMAX", 64],
    ["RTMAX-1", "SIGRTMIN+29", 63],
    ["SIGRTMAX-30", "SIGRTMIN", 34],
    ["64", "SIGRTMAX", 64],
    ["IOT", "SIGABRT", 6],
    ["SIGCLD", "SIGCHLD", 17],
    ["POLL", "SIGIO", 29],
  ] as const)("reads %s as %s, %d", (text, name, number) => {
    expect(parseSignal(text)).toEqual({ name, number });
  });

  test.each([
    ...["", " ", "0", "00", "-1", "-9", "+1", "32", "33", "65", "99", "100", "1.5", "0x1", "1 ", " HUP", "HUP\n"],
    ...[
      "SIG",
      "SIGSIGHUP",
      "SIG1",
      "HUPP",
      "reload",
      "RTMIN+31",
      "RTMIN-1",
      "RTMAX-31",
      "RTMAX-33",
      "RTMAX-50",
      "RTMAX+1",
      "RTMIN+",
      "RT",
    ],
    ...["RTMIN  3", "RTMIN+1+1", "__proto__", "constructor", "toString", "SIGRTMIN+999"],
  ])("refuses %j", (text) => {
    expect(parseSignal(text)).toBeNull();
  });

  test("reads back every name that signalName() gives, in any case, with and without SIG", () => {
    for (const number of realNumbers) {
      const name = signalName(number) as string;
      for (const text of [name, name.toLowerCase(), name.slice(3), name.slice(3).toLowerCase(), String(number)]) {
        expect([text, parseSignal(text)?.number, parseSignal(text)?.name as string]).toEqual([text, number, name]);
      }
    }
  });

  test("gives for any text null or a signal that the kernel knows", () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."SIGRTMNAX+-0123456789") }));
    fc.assert(
      fc.property(text, (text) => {
        const signal = parseSignal(text);
        expect(signal === null || realNumbers.includes(signal.number)).toBe(true);
        if (signal) expect(signalName(signal.number)).toBe(signal.name);
      }),
    );
  });
});

describe("signalName()", () => {
  test("is null for 0, for the two that glibc keeps to itself and for what no kernel sends", () => {
    expect([0, 32, 33, 65, -1, 1.5, Number.NaN].map(signalName)).toEqual([null, null, null, null, null, null, null]);
  });

  test("gives 62 names, all different", () => {
    expect(new Set(realNumbers.map(signalName)).size).toBe(62);
  });
});

describe("nearestSignal()", () => {
  test.each([
    ["HUPP", [], "SIGHUP"],
    ["sigterm1", [], "SIGTERM"],
    ["TERMM", [], "SIGTERM"],
    ["USR3", [], "SIGUSR1"],
    ["relaod", ["reload", "terminate"], "reload"],
    ["reloads", ["reload", "terminate"], "reload"],
    ["terminat", ["reload", "terminate"], "terminate"],
    ["HUPP", ["reload", "terminate"], "SIGHUP"],
    ["SIGKIL", ["reload", "terminate"], "SIGKILL"],
  ] as const)("takes %s with the words %j for %s", (text, words, nearest) => {
    expect(nearestSignal(text, words)).toBe(nearest);
  });

  test("answers for any text, however long", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(["reload", ...standardSignals] as string[]).toContain(nearestSignal(text, ["reload"]));
      }),
    );
    expect(nearestSignal("x".repeat(65_536), ["reload"])).toBeString();
  });
});

describe("signalsOfMask()", () => {
  test.each([
    [0n, []],
    [1n, ["SIGHUP"]],
    [0x40001000n, ["SIGPIPE", "SIGSYS"]],
    [1n << 31n, ["SIG32"]],
    [1n << 63n, ["SIGRTMAX"]],
    [(1n << 33n) | (1n << 36n), ["SIGRTMIN", "SIGRTMIN+3"]],
  ])("decodes %p", (mask, names) => {
    expect(signalsOfMask(mask) as string[]).toEqual([...names]);
  });

  test("names 64 signals of a full mask", () => {
    expect(signalsOfMask((1n << 64n) - 1n)).toHaveLength(64);
  });
});

test("maskHas() has bit n-1 for signal n", () => {
  for (const number of realNumbers) {
    const mask = 1n << BigInt(number - 1);
    expect(realNumbers.filter((other) => maskHas(mask, other))).toEqual([number]);
  }
});
