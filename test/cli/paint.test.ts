import { expect, test } from "bun:test";
import { createPaint } from "#cli/paint.ts";

test.each([
  ["auto", true, {}, true],
  ["auto", true, { NO_COLOR: "" }, true],
  ["auto", true, { NO_COLOR: "1" }, false],
  ["auto", true, { NO_COLOR: "0" }, false],
  ["auto", true, { TERM: "dumb" }, false],
  ["auto", false, {}, false],
  ["always", false, { NO_COLOR: "1" }, true],
  ["never", true, {}, false],
] as const)("%p on a terminal (%p) with %p: colours %p", (choice, isTerminal, env, isColoured) => {
  expect(createPaint(choice, isTerminal, env).bad("x")).toBe(isColoured ? "\u001b[31mx\u001b[0m" : "x");
});
