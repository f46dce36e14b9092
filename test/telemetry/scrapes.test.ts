import { describe, expect, test } from "bun:test";
import type { MetricFamily } from "#telemetry/exposition.ts";
import { createScrapes } from "#telemetry/scrapes.ts";
import { eventually } from "../support/poll.ts";

const family = (samples: number): MetricFamily => ({
  name: "a",
  type: "gauge",
  help: "A.",
  samples: Array.from({ length: samples }, (_, index) => ({ labels: { pid: `${index}` }, value: index })),
});

function scrapesOf(samples: number, keepMs?: number) {
  const calls = { count: 0 };
  const families = () => {
    calls.count++;
    return [family(samples)];
  };
  return { calls, ...createScrapes(families, keepMs) };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("createScrapes()", () => {
  test("writes a format once, compressed or not, however many ask", () => {
    const { serve, calls } = scrapesOf(1_000);
    const plain = serve({ format: "text", gzip: false });
    const compressed = serve({ format: "text", gzip: true });
    expect(serve({ format: "text", gzip: true }).body).toBe(compressed.body);
    expect(calls.count).toBe(1);
    expect([plain.compressed, compressed.compressed]).toEqual([false, true]);
    expect(text(Bun.gunzipSync(compressed.body))).toBe(text(plain.body));
    expect(compressed.body.length).toBeLessThan(plain.body.length / 2);
  });

  test("the formats are apart", () => {
    const { serve, calls } = scrapesOf(1);
    expect(text(serve({ format: "text", gzip: false }).body)).not.toContain("# EOF");
    expect(text(serve({ format: "openMetrics", gzip: false }).body)).toEndWith("# EOF\n");
    expect(calls.count).toBe(2);
    expect(serve({ format: "openMetrics", gzip: false }).contentType).toBe(
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    expect(serve({ format: "text", gzip: false }).contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  test("a tiny body is not compressed", () => {
    expect(scrapesOf(1).serve({ format: "text", gzip: true }).compressed).toBe(false);
  });

  test("what was written is let go after a while", async () => {
    const { serve, calls } = scrapesOf(1_000, 20);
    serve({ format: "text", gzip: true });
    await eventually("a new text", () => {
      serve({ format: "text", gzip: true });
      return calls.count > 1;
    });
  });

  test("a failure is nobody's text", () => {
    const state = { fails: true };
    const { serve } = createScrapes(() => {
      if (state.fails) throw new Error("no");
      return [family(1)];
    });
    expect(() => serve({ format: "text", gzip: false })).toThrow("no");
    state.fails = false;
    expect(text(serve({ format: "text", gzip: false }).body)).toContain("a{");
  });
});
