import { describe, expect, test } from "bun:test";
import { reapText } from "#process/reap-text.ts";

const fix = "securityContext:\n  runAsUser: 0";
const result = { pid: 31, strategy: "nudge", outcome: "reaped", detail: "It was collected." };

describe("reapText()", () => {
  test("is a table, the sums, and each fix once", () => {
    const results = [result, { ...result, pid: 4_000, outcome: "refused", fix }, { ...result, pid: 32, fix }];
    expect(reapText({ reaped: 1, remaining: 2, results })).toBe(
      [
        " PID  STRATEGY  OUTCOME  DETAIL",
        "  31  nudge     reaped   It was collected.",
        "4000  nudge     refused  It was collected.",
        "  32  nudge     reaped   It was collected.",
        "1 reaped, 2 remaining",
        "",
        "securityContext:",
        "  runAsUser: 0",
        "",
      ].join("\n"),
    );
  });

  test("has no table where nothing was found", () => {
    expect(reapText({ reaped: 0, remaining: 0, results: [] })).toBe("0 reaped, 0 remaining\n");
  });

  test("prints no control characters of what others have named", () => {
    expect(reapText({ reaped: 0, remaining: 1, results: [{ ...result, detail: "bad\x1b[2Jname" }] })).not.toContain(
      "\x1b",
    );
  });
});
