import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "#base/version.ts";
import { type Agent, startAgent } from "../../support/binary.ts";
import { deliveryOf, requestSpans } from "../../support/otlp/agent.ts";
import { createAuthority } from "../../support/otlp/certificates.ts";
import type { ServerOptions } from "../../support/otlp/http.ts";
import { startReceiver, type Transport } from "../../support/otlp/receiver.ts";
import { eventually } from "../../support/poll.ts";

const authority = createAuthority("collectors");
const strangers = createAuthority("strangers");
const identity = authority.sign("collector");
const client = authority.sign("sexton");
const stranger = strangers.sign("stranger");
const emptyFolder = mkdtempSync(join(tmpdir(), "sexton-empty-"));
afterAll(() => {
  authority.remove();
  strangers.remove();
  rmSync(emptyFolder, { recursive: true });
});

const transports: Readonly<Record<string, Transport>> = {
  "http/protobuf": "http",
  "http/json": "http",
  grpc: "grpc",
};
/** A queue for whatever else starts on this machine: each process is an event. */
const soon = { OTEL_BSP_SCHEDULE_DELAY: "50", OTEL_BLRP_SCHEDULE_DELAY: "50", OTEL_BLRP_MAX_QUEUE_SIZE: "100000" };

/** Away from the project: the binary has nothing but itself. */
function start(endpoint: string, protocol: string, env: Record<string, string> = {}): Promise<Agent> {
  const otel = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
  return startAgent({ cwd: emptyFolder, env: { ...soon, ...otel, ...env } });
}

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const secure = { OTEL_EXPORTER_OTLP_CERTIFICATE: authority.certificateFile };
const authenticated = {
  ...secure,
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: client.certificateFile,
  OTEL_EXPORTER_OTLP_CLIENT_KEY: client.keyFile,
};
const ways: readonly [string, ServerOptions, Record<string, string>][] = [
  ["in the clear", {}, {}],
  ["compressed", {}, { OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" }],
  ["by TLS", { identity }, secure],
  ["by mutual TLS", { identity, clientAuthority: authority.certificate }, authenticated],
];

describe.each(Object.entries(transports))("the compiled binary sends by %s", (protocol, transport) => {
  test.each(ways)("%s", async (_, options, env) => {
    await using receiver = await startReceiver(transport, options);
    const headers = { OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20s3cr3t,x-scope-orgid=parish" };
    const agent = await start(receiver.endpoint, protocol, { ...env, ...headers });
    await agent.fetch("/config", { headers: { traceparent } });
    const { logs } = receiver.items;
    await eventually("a span and a log record", () => requestSpans(receiver).length > 0 && logs.length > 0).catch(
      (cause) => {
        throw new Error(`${cause}\n${agent.stderr()}`);
      },
    );

    expect(requestSpans(receiver)[0]).toMatchObject({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      parentSpanId: "b7ad6b7169203331",
      attributes: { "http.request.method": "GET", "url.path": "/config", "http.response.status_code": 200 },
      resource: { "service.name": "sexton", "service.version": version },
    });
    expect(logs[0]?.["eventName"]).toStartWith("sexton.");
    expect(logs[0]).toMatchObject({ resource: { "service.name": "sexton" }, scope: { name: "sexton", version } });
    for (const request of receiver.requests) {
      expect(request.headers).toMatchObject({ authorization: "Bearer s3cr3t", "x-scope-orgid": "parish" });
      expect(request.encoding).toBe("OTEL_EXPORTER_OTLP_COMPRESSION" in env ? "gzip" : null);
    }
    expect(await agent.stop()).toBe(0);
    expect(logs.filter(({ eventName }) => /^sexton\..*stopping$/.test(eventName))).toHaveLength(1);
    expect(agent.stderr()).not.toContain("s3cr3t");
    expect(agent.stderr()).not.toContain("level=warn");
  });

  const refused: readonly [string, ServerOptions, Record<string, string>][] = [
    ["a certificate of another authority", { identity: stranger }, secure],
    ["a client without a certificate", { identity, clientAuthority: authority.certificate }, secure],
  ];
  test.each(refused)("and not to or as %s", async (_, options, env) => {
    await using receiver = await startReceiver(transport, options);
    const agent = await start(receiver.endpoint, protocol, { ...env, OTEL_EXPORTER_OTLP_TIMEOUT: "500" });
    await eventually("the failure", async () => ((await deliveryOf(agent)).logs?.failed ?? 0) > 0);
    expect(receiver.requests).toEqual([]);
    expect(await agent.stop()).toBe(0);
  });
});
