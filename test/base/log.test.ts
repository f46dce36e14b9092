import { describe, expect, test } from "bun:test";
import { createLog, type LogLevel } from "#base/log.ts";

function logOf(least?: LogLevel) {
  const lines: string[] = [];
  const log = createLog(
    (line) => void lines.push(line),
    least,
    () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  );
  return { lines, log };
}

describe("createLog()", () => {
  test("writes one logfmt line a message, with time, level and facts", () => {
    const { lines, log } = logOf();
    log.info("Listening", { addresses: ["127.0.0.1:9099"], port: 9099, missing: undefined });
    expect(lines).toEqual([
      'time=2026-01-02T03:04:05.006Z level=info msg="Listening" addresses=["127.0.0.1:9099"] port=9099 missing=null\n',
    ]);
  });

  test("keeps a message and facts with newlines and quotes on one line", () => {
    const { lines, log } = logOf();
    log.error('two\nlines "quoted"', { name: "a\nlevel=info msg=forged" });
    expect(lines.join("").match(/\n/g)).toHaveLength(1);
    expect(lines[0]).toContain('msg="two\\nlines \\"quoted\\""');
  });

  test.each([
    ["debug", ["debug", "info", "warn", "error"]],
    ["info", ["info", "warn", "error"]],
    ["warn", ["warn", "error"]],
    ["error", ["error"]],
  ] as const)("at level %s writes %j", (least, written) => {
    const { lines, log } = logOf(least);
    for (const level of ["debug", "info", "warn", "error"] as const) log[level]("m");
    expect(lines.map((line) => /level=(\w+)/.exec(line)?.[1] as LogLevel)).toEqual([...written]);
  });

  test("leaves debug out unless asked for", () => {
    const { lines, log } = logOf();
    log.debug("m");
    expect(lines).toEqual([]);
  });
});
