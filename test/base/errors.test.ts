import { describe, expect, test } from "bun:test";
import { isProblem, ProblemError, problem, problemStatus } from "#base/errors.ts";

describe("problem()", () => {
  test("leaves facts out where there are none, so that no answer holds an empty field", () => {
    expect(problem("not-found", "Cannot find it.")).toEqual({ kind: "not-found", detail: "Cannot find it." });
    expect("facts" in problem("not-found", "Cannot find it.")).toBe(false);
    expect(problem("not-found", "Cannot find it.", { a: 1 }).facts).toEqual({ a: 1 });
  });
});

describe("isProblem()", () => {
  test("is false for everything that has not both a kind and a detail", () => {
    const others = [null, undefined, "text", 7, {}, { kind: "tcp" }, { detail: "a" }, [], () => {}];
    expect(others.filter(isProblem)).toEqual([]);
  });
  test("is true for what problem() makes", () => {
    expect(isProblem(problem("internal", "Cannot."))).toBe(true);
  });
});

describe("ProblemError", () => {
  test("carries its problem, whose detail is its message, and its cause", () => {
    const refused = problem("process-gone", "Cannot send SIGHUP to process 42: it has exited.");
    const cause = new Error("ESRCH");
    const error = new ProblemError(refused, { cause });
    expect(error.problem).toBe(refused);
    expect(error.message).toBe(refused.detail);
    expect(error.cause).toBe(cause);
    expect(error.name).toBe("ProblemError");
  });
});

test("the statuses of the kinds are those of the API's contract", () => {
  const byStatus = Object.entries(problemStatus).map(([kind, status]) => `${status} ${kind}`);
  expect(byStatus.sort()).toEqual([
    "400 bad-request",
    "400 unknown-signal",
    "401 unauthorized",
    "403 forbidden",
    "403 permission-denied",
    "403 protected-process",
    "403 signal-not-allowed",
    "404 not-found",
    "404 process-gone",
    "404 target-not-found",
    "405 method-not-allowed",
    "409 process-replaced",
    "409 signal-unhandled",
    "409 target-ambiguous",
    "413 payload-too-large",
    "415 unsupported-media-type",
    "429 too-many-requests",
    "500 internal",
    "503 unavailable",
  ]);
});
