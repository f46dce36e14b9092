import { describe, expect, test } from "bun:test";
import { refuseBefore, refuseUnhandled, type SignalSettings } from "#policy/signal.ts";
import type { Intent } from "#policy/verb.ts";
import type { Disposition } from "#process/disposition.ts";
import type { Process } from "#process/process.ts";
import { parseSignal, type SignalName } from "#process/signal.ts";
import { podOf, type Row } from "../support/processes.ts";

const anything: SignalSettings = { allow: null };
const selfPid = 7;

function processOf(row: Row): Process {
  const found = podOf({ in: "web", ...row }).processes.at(-1);
  if (!found) throw new Error("the pod is empty");
  return found;
}
const app = processOf({ pid: 17, name: "nginx", args: ["nginx: master process nginx"] });

function intentOf(text: string, verb: string | null = null, objection: string | null = null): Intent {
  const signal = parseSignal(text);
  if (!signal) throw new Error(`${text} is no signal`);
  return { verb, signal, objection, assumed: false };
}

describe("refuseBefore()", () => {
  const kindOf = (process: Process, text: string, settings = anything) =>
    refuseBefore(process, intentOf(text), settings, selfPid)?.kind ?? null;

  test("lets an app have what it is not protected from", () => {
    expect(kindOf(app, "HUP")).toBeNull();
    expect(kindOf(app, "TERM")).toBeNull();
    expect(kindOf(app, "RTMIN+3")).toBeNull();
  });

  test.each([1, 0, -1, -17])("protects pid %d, which is the sandbox or a group", (pid) => {
    expect(kindOf({ ...app, pid }, "HUP")).toBe("protected-process");
  });

  test("protects sexton itself", () => {
    expect(kindOf({ ...app, pid: selfPid }, "HUP")).toBe("protected-process");
  });

  test.each(["zombie", "dead"] as const)(
    "says that a %s is gone, since it would take the signal and do nothing",
    (state) => {
      const refusal = refuseBefore({ ...app, state }, intentOf("HUP"), anything, selfPid);
      expect(refusal?.kind).toBe("process-gone");
      expect(refusal?.detail).toContain(state);
    },
  );

  test.each(["KILL", "STOP"])("does not allow %s by default", (text) => {
    const refusal = refuseBefore(app, intentOf(text), anything, selfPid);
    expect(refusal?.kind).toBe("signal-not-allowed");
    expect(refusal?.facts).toEqual({ signal: `SIG${text}` });
    expect(refusal?.detail).toContain("all but SIGKILL and SIGSTOP");
  });

  test("allows what the configuration lists and nothing else", () => {
    const listed: SignalSettings = { allow: ["SIGHUP", "SIGKILL"] as SignalName[] };
    expect(kindOf(app, "HUP", listed)).toBeNull();
    expect(kindOf(app, "KILL", listed)).toBeNull();
    expect(kindOf(app, "TERM", listed)).toBe("signal-not-allowed");
    expect(refuseBefore(app, intentOf("TERM"), listed, selfPid)?.detail).toContain("SIGHUP, SIGKILL");
    expect(refuseBefore(app, intentOf("TERM"), { allow: [] }, selfPid)?.detail).toContain("allows none");
  });

  test("asks in the contract's order: protected, then ended, then allowed", () => {
    const settings: SignalSettings = { allow: [] };
    expect(kindOf({ ...app, pid: 1, state: "zombie" }, "KILL", settings)).toBe("protected-process");
    expect(kindOf({ ...app, pid: selfPid, state: "zombie" }, "KILL", settings)).toBe("protected-process");
    expect(kindOf({ ...app, state: "zombie" }, "KILL", settings)).toBe("process-gone");
    expect(kindOf(app, "KILL", settings)).toBe("signal-not-allowed");
  });

  test("names the signal, the process and what to do", () => {
    expect(refuseBefore(app, intentOf("KILL"), anything, selfPid)?.detail).toBe(
      "Cannot send SIGKILL to process 17 (nginx): the configuration allows all but SIGKILL and SIGSTOP. Add it to signals.allow.",
    );
  });
});

const noMasks = { masks: { caught: 0n, ignored: 0n, blocked: 0n } };

describe("refuseUnhandled()", () => {
  test("an assumed reload of a Go program, which catches every signal whether it wants it or not, is refused", () => {
    // SigCgt of a Go program that asks for no signal at all.
    const go = { masks: { caught: 0xfffffffd7fc1feffn, ignored: 0n, blocked: 0n } };
    const assumed = { ...intentOf("HUP", "reload"), assumed: true };
    expect(refuseUnhandled(app, assumed, "caught", go)?.detail).toContain("looks like a Go program");
    expect(refuseUnhandled(app, assumed, "caught", noMasks)).toBeNull();
    // A program in C with a handler for everything that can be caught, 34 among them.
    const everything = { masks: { caught: 0xfffffffe7ffbfeffn | (1n << 33n), ignored: 0n, blocked: 0n } };
    expect(refuseUnhandled(app, assumed, "caught", everything)).toBeNull();
    expect(refuseUnhandled(app, intentOf("HUP", "reload"), "caught", go)).toBeNull();
    expect(refuseUnhandled(app, { ...intentOf("TERM", "terminate"), assumed: true }, "caught", go)).toBeNull();
  });

  const isRefused = (intent: Intent, disposition: Disposition) =>
    refuseUnhandled(app, intent, disposition, noMasks) !== null;

  test.each<[string, string | null, Disposition, boolean]>([
    ["HUP", "reload", "caught", false],
    ["HUP", "reload", "blocked", false],
    ["HUP", "reload", "ignored", true],
    ["HUP", "reload", "default-terminate", true],
    ["HUP", "reload", "default-ignore", true],
    ["HUP", null, "caught", false],
    ["HUP", null, "ignored", true],
    ["HUP", null, "default-terminate", true],
    ["USR1", null, "default-terminate", true],
    ["RTMIN", null, "default-terminate", true],
    ["ALRM", null, "default-terminate", true],
    ["TERM", "terminate", "caught", false],
    ["TERM", "terminate", "default-terminate", false],
    ["TERM", "terminate", "default-ignore", true],
    ["TERM", "terminate", "ignored", true],
    ["TERM", null, "default-terminate", false],
    ["INT", null, "default-terminate", false],
    ["QUIT", null, "default-terminate", false],
    ["ABRT", null, "default-terminate", false],
    ["KILL", null, "default-terminate", false],
    ["QUIT", "quit", "default-terminate", true],
    ["WINCH", null, "default-ignore", true],
    ["CHLD", null, "default-ignore", true],
    ["CONT", null, "default-ignore", false],
    ["CONT", null, "ignored", false],
    ["STOP", null, "default-stop", false],
    ["TSTP", null, "default-stop", false],
    ["TSTP", "pause", "default-stop", true],
  ])("%s, meant as %p, to a process whose disposition is %s: refused %p", (text, verb, disposition, refused) => {
    expect(isRefused(intentOf(text, verb), disposition)).toBe(refused);
  });

  test("says what would happen, how to do it all the same, and the facts", () => {
    const refusal = refuseUnhandled(app, intentOf("HUP", "reload"), "default-terminate", noMasks);
    expect(refusal).toEqual({
      kind: "signal-unhandled",
      detail:
        "Cannot reload process 17 (nginx: master process nginx): it has no handler for SIGHUP, so the kernel would kill it. Send it all the same with force=true.",
      facts: { disposition: "default-terminate", signal: "SIGHUP" },
    });
    expect(refuseUnhandled(app, intentOf("USR1"), "ignored", noMasks)?.detail).toStartWith(
      "Cannot send SIGUSR1 to process 17 ",
    );
  });

  test("passes on the profile's objection, even where a handler is there", () => {
    const refusal = refuseUnhandled(app, intentOf("HUP", "reload", "Envoy has no reload signal."), "caught", noMasks);
    expect(refusal?.kind).toBe("signal-unhandled");
    expect(refusal?.detail).toContain("Envoy has no reload signal. Send it all the same with force=true.");
  });

  test("shortens a command line of any length", () => {
    const long = processOf({ pid: 17, args: ["x".repeat(10_000)] });
    expect(refuseUnhandled(long, intentOf("HUP"), "ignored", noMasks)?.detail.length).toBeLessThan(300);
  });
});
