import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExportResult } from "@opentelemetry/core";
import { createRenewed } from "#telemetry/otlp/renewed.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-renewed-"));
afterAll(() => rmSync(folder, { recursive: true }));
const certificate = join(folder, "tls.crt");
const key = join(folder, "tls.key");
const pem = (text: string) => `-----BEGIN X-----\n${text}\n`;
beforeEach(() => {
  writeFileSync(certificate, pem("one"));
  writeFileSync(key, pem("one"));
});

/** What each exporter that was made has sent, and whether it was shut down. */
function setUp(files: readonly string[]) {
  const made: { sent: string[]; closed: boolean }[] = [];
  const renewed = createRenewed(files, () => {
    const one = { sent: [] as string[], closed: false };
    made.push(one);
    return {
      export: (payload: string, _: (result: ExportResult) => void) => void one.sent.push(payload),
      shutdown: async () => {
        one.closed = true;
      },
    };
  });
  return { made, renewed, send: (payload: string) => renewed.export(payload, () => {}) };
}

describe("createRenewed()", () => {
  test("keeps its exporter as long as the files stay", () => {
    const { made, send } = setUp([certificate, key]);
    send("a");
    send("b");
    expect(made).toEqual([{ sent: ["a", "b"], closed: false }]);
  });

  test("makes another when a file was replaced, as in a Secret's volume, and ends the one before", async () => {
    const { made, renewed, send } = setUp([certificate, key]);
    send("a");
    writeFileSync(`${key}.new`, pem("two"));
    renameSync(`${key}.new`, key);
    send("b");
    send("c");
    expect(made).toEqual([
      { sent: ["a"], closed: true },
      { sent: ["b", "c"], closed: false },
    ]);
    await renewed.shutdown();
    expect(made[1]?.closed).toBe(true);
  });

  test.each([
    ["is gone", () => rmSync(key)],
    ["is half written", () => writeFileSync(key, "")],
  ])("waits while a file %s", (_, breakIt) => {
    const { made, send } = setUp([certificate, key]);
    breakIt();
    send("a");
    expect(made).toHaveLength(1);
    writeFileSync(key, pem("another"));
    send("b");
    expect(made.map(({ sent }) => sent)).toEqual([["a"], ["b"]]);
  });

  test("asks nobody without files", () => {
    const { made, send } = setUp([]);
    send("a");
    expect(made).toHaveLength(1);
  });
});
