import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAgent } from "../../support/binary.ts";
import { makeSpans, requestSpans } from "../../support/otlp/agent.ts";
import { type Authority, createAuthority } from "../../support/otlp/certificates.ts";
import { startReceiver } from "../../support/otlp/receiver.ts";
import { eventually } from "../../support/poll.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-rotation-"));
const [before, after] = [createAuthority("before"), createAuthority("after")];
afterAll(() => {
  before.remove();
  after.remove();
  rmSync(folder, { recursive: true });
});

const files = {
  OTEL_EXPORTER_OTLP_CERTIFICATE: join(folder, "ca.crt"),
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: join(folder, "tls.crt"),
  OTEL_EXPORTER_OTLP_CLIENT_KEY: join(folder, "tls.key"),
};

/** What is in a Secret's volume from now on; each file is replaced by another one, as the kubelet does it. */
function issue(authority: Authority): void {
  const client = authority.sign("sexton");
  const sources = [authority.certificateFile, client.certificateFile, client.keyFile];
  for (const [index, file] of Object.values(files).entries()) {
    copyFileSync(sources[index] as string, `${file}.new`);
    renameSync(`${file}.new`, file);
  }
}

const demanding = (authority: Authority) => ({
  identity: authority.sign("collector"),
  clientAuthority: authority.certificate,
});

describe.each([
  ["http/protobuf", "http"],
  ["http/json", "http"],
  ["grpc", "grpc"],
] as const)("by %s", (protocol, transport) => {
  test("certificates that are replaced need no restart", async () => {
    issue(before);
    await using old = await startReceiver(transport, demanding(before));
    const agent = await startAgent({
      env: {
        ...files,
        OTEL_EXPORTER_OTLP_ENDPOINT: old.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_TIMEOUT: "1000",
        OTEL_BSP_SCHEDULE_DELAY: "50",
        OTEL_METRIC_EXPORT_INTERVAL: "500",
        OTEL_LOGS_EXPORTER: "none",
      },
    });
    await makeSpans(agent, 1);
    await eventually("the first span", () => requestSpans(old).length === 1);
    await old.close();
    issue(after);
    const port = Number(new URL(old.endpoint).port);
    await using replaced = await startReceiver(transport, { ...demanding(after), port });
    await eventually("spans and metrics to arrive again", async () => {
      await makeSpans(agent, 1);
      return requestSpans(replaced).length > 0 && replaced.items.metrics.length > 0;
    });
    expect(await agent.stop()).toBe(0);
  });
});
