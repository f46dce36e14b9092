import { afterEach, describe, expect, test } from "bun:test";
import { diag } from "@opentelemetry/api";
import { globalErrorHandler } from "@opentelemetry/core";
import { createLog } from "#base/log.ts";
import { installDiagnostics } from "#telemetry/otlp/diagnostics.ts";
import { createPatience } from "#telemetry/otlp/patience.ts";
import { createTally } from "#telemetry/otlp/tally.ts";

afterEach(() => diag.disable());

function setUp(level: "warn" | "debug" = "warn") {
  const lines: string[] = [];
  const log = createLog((line) => void lines.push(line), "debug");
  let now = 0;
  const tally = createTally("logs", { warn() {}, info() {} }, () => now);
  const patience = createPatience(() => now);
  installDiagnostics(log, level, { logs: tally }, patience, () => now);
  return {
    lines,
    tally,
    patience,
    after: (ms: number) => {
      now += ms;
    },
  };
}

describe("installDiagnostics()", () => {
  test("tells a message once a minute", () => {
    const { lines, after } = setUp();
    for (let second = 0; second < 60; second++) {
      diag.warn("no luck");
      after(1_000);
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('level=warn msg="telemetry" says="no luck"');
    diag.warn("no luck");
    expect(lines).toHaveLength(2);
  });

  test("remembers a bounded number of messages", () => {
    const { lines } = setUp();
    for (let message = 0; message < 200; message++) diag.warn(`message ${message}`);
    diag.warn("message 199");
    expect(lines).toHaveLength(200);
    diag.warn("message 0");
    expect(lines).toHaveLength(201);
  });

  test("tells of what the level asks for, and never the items themselves", () => {
    const { lines } = setUp();
    diag.info("quiet");
    expect(lines).toEqual([]);
    const { lines: more } = setUp("debug");
    diag.debug("items to be sent", [{ secret: "s3cr3t" }], new Error("GET http://u:s3cr3t@host"));
    expect(more.join("")).toContain("items to be sent");
    expect(more.join("")).not.toContain("s3cr3t");
  });

  test("is where the SDK's unhandled errors go, without their stack", () => {
    const { lines } = setUp();
    globalErrorHandler(new Error("unexpected"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('level=error msg="telemetry" says="unexpected"\n');
  });

  test("hears what a collector asks for, at a level that nobody reads", () => {
    const { lines, patience, after } = setUp();
    diag.info("Export retry time 60000ms exceeds remaining timeout 2990ms, not retrying further.");
    expect(patience.restMs()).toBe(60_000);
    after(59_000);
    expect(patience.restMs()).toBe(1_000);
    after(2_000);
    expect(patience.restMs()).toBe(0);
    expect(lines).toEqual([]);
  });

  test("counts what a collector refused of a batch", () => {
    const { lines, tally } = setUp();
    diag.warn("Received Partial Success response:", '{"rejectedLogRecords":3,"errorMessage":"too old"}');
    diag.warn("Received Partial Success response:", '{"rejectedLogRecords":"2"}');
    tally.exported(10);
    expect(tally.counts()).toMatchObject({ exported: 5, rejected: 5 });
    expect(lines).toEqual([]);
    diag.warn("Received Partial Success response:", '{"errorMessage":"a warning"}');
    expect(lines[0]).toContain("a warning");
  });
});
