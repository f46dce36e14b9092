import { describe, expect, test } from "bun:test";
import { parseDumbInit } from "#init/dumb-init.ts";
import type { InitSettings } from "#init/settings.ts";
import { settingsOf } from "../support/init/settings.ts";

const settings = (args: readonly string[], variables: readonly string[] = []) =>
  settingsOf(parseDumbInit("dumb-init", args, variables));

const stopped = [
  [20, 19],
  [22, 19],
  [21, 19],
] as const;

describe("parseDumbInit()", () => {
  test("a session by default, whose group has signals, and stops by SIGSTOP alone", () => {
    expect(settings(["a", "-c"])).toMatchObject({
      command: ["a", "-c"],
      place: "own-session",
      toGroup: true,
      suspends: true,
      endsGroup: true,
      verbosity: 1,
      rewrites: new Map(stopped),
    } as never);
  });

  test.each<[readonly string[], readonly string[], Partial<InitSettings>]>([
    [["-c", "a"], [], { place: "same", toGroup: false, rewrites: new Map() }],
    [["--single-child", "a"], [], { place: "same" }],
    [["a"], ["DUMB_INIT_SETSID=0"], { place: "same", toGroup: false }],
    [["a"], ["DUMB_INIT_SETSID=no"], { place: "own-session" }],
    [["-v", "a"], [], { verbosity: 2 }],
    [["a"], ["DUMB_INIT_DEBUG=1"], { verbosity: 2 }],
    [["a"], ["DUMB_INIT_DEBUG=true"], { verbosity: 1 }],
    [
      ["-c", "-r", "15:3", "--rewrite=1:0", "a"],
      [],
      {
        rewrites: new Map([
          [15, 3],
          [1, 0],
        ]),
      },
    ],
    [
      ["-r", "20:2", "a"],
      [],
      {
        rewrites: new Map([
          [20, 2],
          [22, 19],
          [21, 19],
        ]),
      },
    ],
    [["-c", "-r", " 1: 2xyz", "a"], [], { rewrites: new Map([[1, 2]]) }],
  ])("%p with %p", (args, variables, expected) => {
    expect(settings(args, variables)).toMatchObject(expected as never);
  });

  test.each([
    [["-r", "0:1", "a"]],
    [["-r", "32:1", "a"]],
    [["-r", "1:32", "a"]],
    [["-r", "1:-1", "a"]],
    [["-r", "1", "a"]],
    [["-r", "HUP:TERM", "a"]],
  ])("refuses %p", (args) => {
    expect(parseDumbInit("dumb-init", args, [])).toMatchObject({
      exit: 1,
      err: expect.stringContaining("<signum> is between 1 and 31."),
    });
  });

  test("says in debug mode what its environment has changed", () => {
    const variables = ["DUMB_INIT_DEBUG=1", "DUMB_INIT_SETSID=0"];
    expect(parseDumbInit("dumb-init", ["a"], variables)).toMatchObject({
      notes: "[dumb-init] Running in debug mode.\n[dumb-init] Not running in setsid mode.\n",
    });
    expect(parseDumbInit("dumb-init", ["a"], variables.slice(1))).toMatchObject({ notes: "" });
  });

  test("has its own ways to say nothing, help and version", () => {
    expect(parseDumbInit("x/dumb-init", [], [])).toEqual({
      exit: 1,
      err: "Usage: x/dumb-init [option] program [args]\nTry x/dumb-init --help for full usage.\n",
    });
    expect(parseDumbInit("dumb-init", ["-V"], [])).toEqual({ exit: 0, err: "dumb-init v1.2.5\n" });
    expect(parseDumbInit("dumb-init", ["--help"], [])).toMatchObject({ exit: 0 });
  });
});
