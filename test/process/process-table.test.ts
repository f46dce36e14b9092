import { describe, expect, test } from "bun:test";
import { type ProcessLine, processTable, shortSpan } from "#process/process-table.ts";

const line = (fields: Partial<ProcessLine>): ProcessLine => ({
  pid: 17,
  ppid: 1,
  uid: 101,
  state: "sleeping",
  cpuPercent: 0.1,
  rssBytes: 5_242_880,
  threads: 2,
  cpuSeconds: 75,
  uptimeSeconds: 4_000,
  name: "nginx",
  commandLine: "nginx: master process",
  role: "app",
  container: { id: "0f3c", name: "web", pod: null },
  stray: null,
  ...fields,
});

const plain = { paintTitles: (text: string) => text, paintProcess: (_: ProcessLine, text: string) => text };

describe("processTable()", () => {
  test("has a line for each, with all that is known, as wide as it is", () => {
    const stray = { reason: "exec-left", since: "2026-01-01T00:00:00.000Z", root: "20-1" };
    expect(
      processTable([line({}), line({ pid: 20, uid: null, commandLine: null, container: null })], { strays: false }),
    ).toBe(`PID  PPID  UID  S  %CPU   RSS  THR  TIME   AGE  CONTAINER  COMMAND
 17     1  101  S   0.1  5.0M    2  1:15  1h6m  web        nginx: master process
 20     1    -  S   0.1  5.0M    2  1:15  1h6m  app        [nginx]
`);
    expect(processTable([line({ stray })], { strays: true })).toContain(
      "  exec-left  2026-01-01T00:00:00.000Z    20  nginx",
    );
  });

  test("draws a tree of those that have children", () => {
    const leaf = line({ pid: 19, commandLine: "leaf" });
    const tree = line({
      commandLine: "root",
      children: [line({ pid: 18, commandLine: "child", children: [leaf] }), line({ pid: 20, commandLine: "last" })],
    });
    const commands = processTable([tree], { strays: false })
      .trimEnd()
      .split("\n")
      .map((text) => text.slice(text.indexOf("web") + 11));
    expect(commands.slice(1)).toEqual(["root", "├─ child", "│  └─ leaf", "└─ last"]);
  });

  test.each([
    [120, "PID  PPID  UID  S  %CPU   RSS  THR  TIME   AGE  CONTAINER  COMMAND"],
    [80, "PID  PPID  UID  S  %CPU   RSS  TIME   AGE  CONTAINER  COMMAND"],
    [60, "PID  S  %CPU   RSS  CONTAINER  COMMAND"],
    [40, "PID  S  COMMAND"],
  ])("at %p columns the titles are %p", (width, titles) => {
    const processes = [line({ commandLine: "a command of which something is to be seen" })];
    expect(processTable(processes, { strays: false, look: { ...plain, width } }).split("\n")[0]).toBe(titles);
  });

  test("what a process calls itself moves no cursor and turns no text around", () => {
    const table = processTable([line({ commandLine: "\u001b[2J\nfake\u202e\u009b31m" })], { strays: false });
    expect(table).toContain("\\x1b[2J\\nfake\\u202e\\x9b31m");
    expect(table.split("\n").length).toBe(3);
  });
});

test.each([
  [0.4, "0s"],
  [59.9, "59s"],
  [60, "1m"],
  [3_599, "59m"],
  [3_600, "1h"],
  [4_000, "1h6m"],
  [36_000, "10h"],
  [86_400, "1d"],
  [200_000, "2d7h"],
  [864_000, "10d"],
])("shortSpan(%p) is %p", (seconds, text) => {
  expect(shortSpan(seconds)).toBe(text);
});
