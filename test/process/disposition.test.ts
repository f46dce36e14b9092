import { describe, expect, test } from "bun:test";
import { type Disposition, dispositionOf, type SignalReceiver, terminates } from "#process/disposition.ts";
import { parseSignal } from "#process/signal.ts";

const signal = (name: string) => {
  const parsed = parseSignal(name);
  if (!parsed) throw new Error(`${name} is no signal`);
  return parsed;
};
const maskOf = (names: readonly string[] = []) =>
  names.reduce((mask, name) => mask | (1n << BigInt(signal(name).number - 1)), 0n);

interface Given {
  caught?: string[];
  ignored?: string[];
  blocked?: string[];
  init?: boolean;
  awaits?: boolean;
}
const receiver = ({ caught, ignored, blocked, init = false, awaits = false }: Given): SignalReceiver => ({
  masks: { caught: maskOf(caught), ignored: maskOf(ignored), blocked: maskOf(blocked) },
  namespaceInit: init,
  awaitsSignals: awaits,
});

describe("dispositionOf()", () => {
  test.each<[string, string, Given, Disposition]>([
    ["a handler catches", "HUP", { caught: ["HUP"] }, "caught"],
    ["a handler for another signal does not", "HUP", { caught: ["INT", "USR1"] }, "default-terminate"],
    ["a handler that is masked for a moment runs afterwards", "HUP", { caught: ["HUP"], blocked: ["HUP"] }, "caught"],
    ["what is blocked waits for a signalfd", "HUP", { blocked: ["HUP"] }, "blocked"],
    ["blocked comes before ignored", "HUP", { blocked: ["HUP"], ignored: ["HUP"] }, "blocked"],
    ["nohup ignores", "HUP", { ignored: ["HUP"] }, "ignored"],
    ["without a handler the kernel kills", "HUP", {}, "default-terminate"],
    ["TERM too", "TERM", {}, "default-terminate"],
    ["real-time signals too", "RTMIN+3", {}, "default-terminate"],
    ["the highest signal can be caught", "RTMAX", { caught: ["RTMAX"] }, "caught"],
    ["CHLD does nothing by itself", "CHLD", {}, "default-ignore"],
    ["nor does URG", "URG", {}, "default-ignore"],
    ["nor WINCH", "WINCH", {}, "default-ignore"],
    ["nor CONT to who runs", "CONT", {}, "default-ignore"],
    ["TSTP stops", "TSTP", {}, "default-stop"],
    ["TTIN stops", "TTIN", {}, "default-stop"],
    ["TTOU stops", "TTOU", {}, "default-stop"],
    ["STOP stops", "STOP", {}, "default-stop"],
    ["KILL kills", "KILL", {}, "default-terminate"],
    ["KILL cannot be caught, blocked or ignored", "KILL", { caught: ["KILL"], blocked: ["KILL"] }, "default-terminate"],
    ["nor can STOP", "STOP", { ignored: ["STOP"] }, "default-stop"],
  ])("%s: %s", (_, name, given, disposition) => {
    expect(dispositionOf(signal(name), receiver(given))).toBe(disposition);
  });

  describe("for pid 1 of a PID namespace below ours", () => {
    test.each<[string, string, Given, Disposition]>([
      ["drops what it has no handler for", "TERM", {}, "default-ignore"],
      ["drops HUP", "HUP", {}, "default-ignore"],
      ["drops TSTP", "TSTP", {}, "default-ignore"],
      ["drops real-time signals", "RTMIN", {}, "default-ignore"],
      ["takes what it has a handler for", "TERM", { caught: ["TERM"] }, "caught"],
      ["queues what it blocks", "TERM", { blocked: ["TERM"] }, "blocked"],
      ["ignores what it ignores", "TERM", { ignored: ["TERM"] }, "ignored"],
      ["cannot withstand KILL from outside", "KILL", {}, "default-terminate"],
      ["cannot withstand STOP from outside", "STOP", {}, "default-stop"],
    ])("%s: %s", (_, name, given, disposition) => {
      expect(dispositionOf(signal(name), receiver({ ...given, init: true }))).toBe(disposition);
    });
  });

  describe("for tini, which sleeps in sigtimedwait and shows nothing of it in its masks", () => {
    test.each<[string, Given, Disposition]>([
      ["TERM", {}, "blocked"],
      ["TERM", { init: true }, "blocked"],
      ["HUP", { ignored: ["HUP"] }, "ignored"],
      ["KILL", {}, "default-terminate"],
      ["STOP", { init: true }, "default-stop"],
    ])("%s with %j is %s", (name, given, disposition) => {
      expect(dispositionOf(signal(name), receiver({ ...given, awaits: true }))).toBe(disposition);
    });
  });

  test("agrees with what was captured of nginx", () => {
    const masks = { caught: 0x18016a07n, ignored: 0x40001000n, blocked: 0n };
    const nginx = { masks, namespaceInit: false, awaitsSignals: false };
    const names = ["HUP", "QUIT", "USR1", "USR2", "TERM", "INT", "WINCH", "PIPE", "ALRM", "KILL"];
    expect(names.map((name) => `${name} ${dispositionOf(signal(name), nginx)}`)).toEqual([
      "HUP caught",
      "QUIT caught",
      "USR1 caught",
      "USR2 caught",
      "TERM caught",
      "INT caught",
      "WINCH caught",
      "PIPE ignored",
      "ALRM caught",
      "KILL default-terminate",
    ]);
  });
});

describe("terminates()", () => {
  test.each<[string, Given, "handled" | "default" | "ignored"]>([
    ["a handler handles it", { caught: ["TERM"] }, "handled"],
    ["so does a signalfd", { blocked: ["TERM"] }, "handled"],
    ["tini does", { awaits: true, init: true }, "handled"],
    ["without a handler the kernel ends it", {}, "default"],
    ["pid 1 without a handler drops it", { init: true }, "ignored"],
    ["what ignores it ignores it", { ignored: ["TERM"] }, "ignored"],
    ["a handler for HUP says nothing about TERM", { caught: ["HUP"] }, "default"],
  ])("%s: %j", (_, given, expected) => {
    expect(terminates(receiver(given))).toBe(expected);
  });
});
