import { describe, expect, test } from "bun:test";
import { realApp } from "../support/app.ts";

const { request } = realApp();
const openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const text = "text/plain; version=0.0.4; charset=utf-8";

describe("GET /metrics", () => {
  test.each([
    ["nothing at all", undefined, text],
    ["curl", "*/*", text],
    ["a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", text],
    [
      "Prometheus 2.42",
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      openMetrics,
    ],
    [
      "Prometheus 3",
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
      openMetrics,
    ],
    ["who prefers text", "text/plain;version=0.0.4,application/openmetrics-text;q=0.5", text],
    ["who prefers text, and says so last", "application/openmetrics-text;q=0.5,text/plain;q=0.9", text],
    ["who wants no OpenMetrics", "application/openmetrics-text;q=0,*/*", text],
    ["who knows OpenMetrics without a version", "application/openmetrics-text", openMetrics],
    ["who knows only an OpenMetrics that is to come", "application/openmetrics-text;version=2.0.0", text],
    [
      "protobuf alone",
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
      text,
    ],
    ["nonsense", ";;q=,\u{e9}/", text],
  ])("serves %s what it can read", async (_, accept, contentType) => {
    const response = await request("/metrics", { headers: accept === undefined ? {} : { accept } });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(contentType);
    const body = await response.text();
    expect(body).toStartWith("# HELP ");
    expect(body.endsWith("\n# EOF\n")).toBe(contentType === openMetrics);
  });

  test.each([
    ["gzip", true],
    ["gzip, deflate, br", true],
    ["br;q=1.0, gzip;q=0.8, *;q=0.1", true],
    ["identity", false],
    ["gzip;q=0", false],
    ["br", false],
  ])("with accept-encoding %s it is compressed: %p", async (encoding, isCompressed) => {
    const response = await request("/metrics", { headers: { "accept-encoding": encoding } });
    expect(response.headers.get("content-encoding")).toBe(isCompressed ? "gzip" : null);
    expect(response.headers.get("vary")?.toLowerCase()).toBe("accept, accept-encoding");
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(response.headers.get("content-length")).toBe(`${bytes.length}`);
    const body = isCompressed ? Bun.gunzipSync(bytes) : bytes;
    expect(new TextDecoder().decode(body)).toContain(`pid="${process.pid}"`);
  });

  test("HEAD has GET's headers and no body", async () => {
    const [get, head] = [await request("/metrics"), await request("/metrics", { method: "HEAD" })];
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
    for (const name of ["content-type", "content-length", "vary"])
      expect(head.headers.get(name)).toBe(get.headers.get(name));
  });

  test("takes the parameters that a scrape configuration passes on, and is there for whoever may probe", async () => {
    expect((await request("/metrics?module=x&target=y")).status).toBe(200);
    expect((await realApp({ role: "probe" }).request("/metrics")).status).toBe(200);
  });
});
