import { describe, expect, test } from "bun:test";
import type { InitSettings } from "#init/settings.ts";
import { parseTini } from "#init/tini.ts";
import { settingsOf } from "../support/init/settings.ts";

const settings = (args: readonly string[], variables: readonly string[] = []) =>
  settingsOf(parseTini("tini", args, variables, 42));

describe("parseTini()", () => {
  test("asks for nothing by default: a group of its own, signals to the child alone, warnings", () => {
    expect(settings(["sh", "x"])).toEqual({
      personality: "tini",
      command: ["sh", "x"],
      subreaper: "no",
      place: "own-group",
      toGroup: false,
      rewrites: new Map(),
      suspends: false,
      parentDeathSignal: null,
      remapped: new Set(),
      warnsOnReap: false,
      verbosity: 1,
      endsGroup: false,
      graceMs: null,
      nofile: null,
      api: null,
    });
  });

  test.each<[readonly string[], Partial<InitSettings>]>([
    [["-s", "a"], { subreaper: "yes" }],
    [["-g", "a"], { toGroup: true }],
    [["-w", "a"], { warnsOnReap: true }],
    [["-vvv", "a"], { verbosity: 4 }],
    [["-p", "SIGKILL", "a"], { parentDeathSignal: 9 }],
    [["-pSIGSYS", "a"], { parentDeathSignal: 31 }],
    [["-e", "143", "-e0", "-e", "", "a"], { remapped: new Set([143, 0]) }],
    [["-e", " +5", "a"], { remapped: new Set([5]) }],
    // As glibc's getopt(3) has it.
    [["a", "-s", "b"], { command: ["a", "b"], subreaper: "yes" }],
    [["--", "a", "-s"], { command: ["a", "-s"], subreaper: "no" }],
  ])("%p", (args, expected) => {
    expect(settings(args)).toMatchObject(expected as never);
  });

  test.each<[string, Partial<InitSettings>]>([
    ["TINI_SUBREAPER=", { subreaper: "yes" }],
    ["TINI_KILL_PROCESS_GROUP=0", { toGroup: true }],
    ["TINI_VERBOSITY=3", { verbosity: 3 }],
    ["TINI_VERBOSITY=-1", { verbosity: -1 }],
    ["TINI_VERBOSITY=much", { verbosity: 0 }],
    ["XTINI_SUBREAPER=1", { subreaper: "no" }],
  ])("with %s in the environment", (variable, expected) => {
    expect(settings(["-v", "a"], ["A=b", variable])).toMatchObject(expected as never);
  });

  test("POSIXLY_CORRECT ends the options at the first operand", () => {
    expect(settings(["a", "-s"], ["POSIXLY_CORRECT="]).command).toEqual(["a", "-s"]);
  });

  test.each([
    [[], 1],
    [["-x"], 1],
    [["-h"], 0],
    [["-l"], 0],
    [["--version"], 0],
    [["--version", "a"], 1],
    [["-e", "256", "a"], 1],
    [["-e", "-1", "a"], 1],
    [["-e", "5x", "a"], 1],
    [["-p", "TERM", "a"], 1],
    [["-p", "SIGIO", "a"], 1],
    [["-p"], 1],
  ] as const)("%p ends with %i", (args, code) => {
    expect(parseTini("tini", args, [], 42)).toMatchObject({ exit: code });
  });

  test("says what tini says", () => {
    expect(parseTini("/sbin/tini", ["-e", "256", "a"], [], 42)).toMatchObject({
      err: "[FATAL tini (42)] Not a valid option for -e: 256\n",
    });
    expect(parseTini("/sbin/tini", ["-x"], [], 42)).toMatchObject({
      err: expect.stringMatching(/^\/sbin\/tini: invalid option -- 'x'\ntini \(tini version 0\.19\.0\)\nUsage: tini /),
    });
  });
});
