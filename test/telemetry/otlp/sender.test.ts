import { describe, expect, test } from "bun:test";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { createSender, describeError } from "#telemetry/otlp/sender.ts";
import { createTally } from "#telemetry/otlp/tally.ts";

const silent = { warn() {}, info() {} };

function setUp(exporter: (items: string[], done: (result: ExportResult) => void) => void, limitMs = 10_000) {
  const tally = createTally("logs", silent, Date.now);
  const { send, onTheWay } = createSender({ export: exporter }, ({ length }: string[]) => length, tally, limitMs);
  return { tally, send, onTheWay };
}

describe("createSender()", () => {
  test("counts what was taken", async () => {
    const { tally, send } = setUp((_, done) => done({ code: ExportResultCode.SUCCESS }));
    expect(await send(["a", "b"])).toBe(true);
    expect(tally.counts()).toMatchObject({ exported: 2, failed: 0 });
  });

  test("counts what was not, with the reason", async () => {
    const error = Object.assign(new Error("Unauthorized"), { code: 401, data: "a body" });
    const { tally, send } = setUp((_, done) => done({ code: ExportResultCode.FAILED, error }));
    expect(await send(["a", "b"])).toBe(false);
    expect(tally.counts()).toMatchObject({ exported: 0, failed: 2 });
    expect(tally.lastError()?.message).toBe("401 Unauthorized");
  });

  test("an exporter that throws has failed", async () => {
    const { tally, send } = setUp(() => {
      throw new Error("cannot serialize");
    });
    expect(await send(["a"])).toBe(false);
    expect(tally.lastError()?.message).toBe("cannot serialize");
  });

  test("gives up on an exporter that never answers, and counts its late answer no more", async () => {
    const late: ((result: ExportResult) => void)[] = [];
    const { tally, send, onTheWay } = setUp((_, done) => void late.push(done), 5);
    const sent = send(["a", "b", "c"]);
    expect(onTheWay()).toBe(3);
    expect(await sent).toBe(false);
    late[0]?.({ code: ExportResultCode.SUCCESS });
    expect(tally.counts()).toMatchObject({ exported: 0, failed: 3 });
    expect(tally.lastError()?.message).toBe("no answer within 5 ms");
    expect(onTheWay()).toBe(0);
  });
});

describe("describeError()", () => {
  const errors: readonly [string, unknown, string][] = [
    ["a message", new Error("connect refused 127.0.0.1:4318"), "connect refused 127.0.0.1:4318"],
    ["a code beside it", Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), "ECONNREFUSED refused"],
    ["a code in it", Object.assign(new Error("14 UNAVAILABLE: no"), { code: 14 }), "14 UNAVAILABLE: no"],
    ["a code alone", Object.assign(new Error(""), { code: 400 }), "400"],
    ["secrets in a URL", new Error("GET http://user:secret@host/v1?token=secret failed"), "GET http://host/v1 failed"],
    ["more than a line", new Error("refused\nok\tby me"), "refused ok by me"],
    ["nothing", undefined, "the export failed"],
    ["a long one", new Error("x".repeat(1_000)), "x".repeat(200)],
  ];
  test.each(errors)("%s", (_, error, expected) => {
    expect(describeError(error)).toBe(expected);
  });
});
