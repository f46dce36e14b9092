import { describe, expect, test } from "bun:test";
import { initHelp, initOptions } from "#init/help.ts";
import type { InitSettings } from "#init/settings.ts";
import { parseInit } from "#init/sexton.ts";
import { settingsOf } from "../support/init/settings.ts";

const settings = (args: readonly string[], variables: readonly string[] = []) =>
  settingsOf(parseInit(args, variables, "1.2.3"));

describe("parseInit()", () => {
  test("by default: as tini, and a subreaper and an agent by itself", () => {
    expect(settings(["--", "a", "-s"])).toEqual({
      personality: "sexton",
      command: ["a", "-s"],
      subreaper: "automatic",
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
      api: { config: null },
    });
  });

  test.each<[readonly string[], Partial<InitSettings>]>([
    [["-s"], { subreaper: "yes" }],
    [["--subreaper"], { subreaper: "yes" }],
    [["-g"], { toGroup: true, place: "own-group" }],
    [["--warn-on-reap"], { warnsOnReap: true }],
    [["-p", "SIGKILL"], { parentDeathSignal: 9 }],
    [["--parent-death-signal=hup"], { parentDeathSignal: 1 }],
    [["-e", "143", "--remap-exit=0"], { remapped: new Set([143, 0]) }],
    [
      ["-r", "HUP:TERM", "--rewrite", "10:0"],
      {
        rewrites: new Map([
          [1, 15],
          [10, 0],
        ]),
      },
    ],
    [["-r", "RTMIN+1:USR1"], { rewrites: new Map([[35, 10]]) }],
    [["-vv"], { verbosity: 3 }],
    [["--grace", "10s"], { graceMs: 10_000 }],
    [["--grace=500ms"], { graceMs: 500 }],
    [["--nofile", "1024"], { nofile: 1024 }],
    [["--no-api"], { api: null }],
    [["--config", "/x"], { api: { config: "/x" } }],
    [["-c"], { toGroup: false, place: "own-group" }],
    [
      ["--setsid", "-r", "TSTP:TSTP"],
      {
        place: "own-session",
        toGroup: true,
        suspends: true,
        endsGroup: true,
        rewrites: new Map([
          [20, 20],
          [22, 19],
          [21, 19],
        ]),
      },
    ],
  ])("%p", (args, expected) => {
    expect(settings([...args, "a"])).toMatchObject(expected as never);
  });

  test.each<[string, Partial<InitSettings>]>([
    ["TINI_SUBREAPER=", { subreaper: "yes" }],
    ["TINI_KILL_PROCESS_GROUP=1", { toGroup: true }],
    ["TINI_VERBOSITY=0", { verbosity: 0 }],
    ["DUMB_INIT_DEBUG=1", { verbosity: 3 }],
    ["SEXTON_CONFIG=/y", { api: { config: "/y" } }],
  ])("with %s in the environment", (variable, expected) => {
    expect(settings(["a"], [variable])).toMatchObject(expected as never);
  });

  test.each([
    [[], "no command is given"],
    [["--subreapr", "a"], "Did you mean --subreaper?"],
    [["-z", "a"], "Cannot use -z: there is no such option"],
    [["--g", "a"], "it may be --group or --grace"],
    [["--grace"], "takes a value"],
    [["--grace", "soon", "a"], "expected a duration"],
    [["--no-api=1", "a"], "it takes none"],
    [["-e", "256", "a"], "from 0 to 255"],
    [["-p", "TREM", "a"], "Did you mean SIGTERM?"],
    [["-r", "HUP", "a"], "expected SIGNAL:SIGNAL"],
    [["-r", "HUP:1:2", "a"], "expected SIGNAL:SIGNAL"],
    [["-r", "0:1", "a"], "no such signal"],
    [["--nofile", "0", "a"], "expected a number of files"],
    [["-c", "--setsid", "a"], "Cannot use --single-child with --setsid"],
    [["-c", "-g", "a"], "Cannot use --single-child with --group"],
  ] as const)("refuses %p in one sentence", (args, sentence) => {
    const parsed = parseInit(args, [], "1.2.3");
    if (!("exit" in parsed)) throw new Error("was taken");
    expect(parsed.exit).toBe(2);
    expect(parsed.err).toStartWith("sexton: Cannot ");
    expect(parsed.err).toContain(sentence);
  });

  test("the help names every option once, and comes by -h", () => {
    expect(parseInit(["-h"], [], "1.2.3")).toEqual({ exit: 0, out: initHelp });
    for (const { long } of initOptions) expect(initHelp.match(new RegExp(`--${long}(?![\\w-])`, "g"))).not.toBeNull();
    expect(parseInit(["--version"], [], "1.2.3")).toEqual({ exit: 0, out: "sexton 1.2.3\n" });
  });
});
