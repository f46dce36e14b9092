import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAgent } from "../../support/binary.ts";
import { namespaceProblem } from "../../support/namespace.ts";
import { deliveryOf, makeSpans, memoryOf, requestSpans, startAlone } from "../../support/otlp/agent.ts";
import { startReceiver } from "../../support/otlp/receiver.ts";
import { eventually } from "../../support/poll.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Sockets of IP; Bun.spawn gives a child one of another kind as its stderr. */
function ipSockets(pid: number): number {
  const tables = ["tcp", "tcp6", "udp", "udp6"].map((name) => readFileSync(`/proc/${pid}/net/${name}`, "utf8"));
  // The inode is the tenth column (proc_pid_net(5)).
  const inodes = new Set(tables.flatMap((table) => table.split("\n").map((line) => line.trim().split(/\s+/)[9])));
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    } catch {
      return false;
    }
  }).length;
}

/** What the Dockerfile sets. */
const asImage = Object.fromEntries(
  [...readFileSync(join(import.meta.dir, "../../../Dockerfile"), "utf8").matchAll(/\b(BUN_JSC_\w+)=(\S+)/g)].map(
    ([, name, value]) => [name as string, value as string],
  ),
);
/** The budgets are 8 and 16 MB for an agent that watches 100 processes; this one watches itself. */
const mostIdle = 9_000;
const mostSending = 16_000;

describe("the compiled binary", () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };
  const none = { OTEL_TRACES_EXPORTER: "none", OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none" };
  const off: readonly [string, Record<string, string>][] = [
    ["without an endpoint", {}],
    ["that is disabled", { ...endpoint, OTEL_SDK_DISABLED: "true" }],
    ["with no exporter", { ...endpoint, ...none }],
  ];
  test.each(off)("%s sends nothing: one socket, that of its listener", async (_, env) => {
    const agent = await startAgent({ env });
    // By a connection that is closed, since each open one is a socket too.
    const closed = { keepalive: false };
    expect(await (await agent.fetch("/readyz", closed)).text()).toBe("ok\n");
    expect(await (await agent.fetch("/metrics", closed)).text()).not.toContain("sexton_telemetry_");
    await eventually("the listener alone", () => ipSockets(agent.pid) === 1);
    expect(agent.stderr()).not.toContain("telemetry");
    expect(await agent.stop()).toBe(0);
  });

  test.skipIf(namespaceProblem !== null)("has the chunk in memory only when it sends", async () => {
    await using receiver = await startReceiver();
    const [without, by] = await Promise.all([
      startAlone({ env: asImage }),
      startAlone({ env: { ...asImage, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint } }),
    ]);
    await eventually("the first export", () => receiver.requests.length > 0);
    // Garbage of the start is collected after 2 s (src/main.ts). The chunk alone is 2.5 MB more, without being used.
    const idle = await eventually("it to settle", async () => {
      const memory = await memoryOf(without.pid, "RssAnon");
      return memory < mostIdle ? memory : null;
    });
    const sending = await memoryOf(by.pid, "RssAnon");
    console.log(`RssAnon: ${idle} KiB without telemetry, ${sending} KiB with it`);
    expect(sending).toBeLessThan(mostSending);
    expect(await Promise.all([without.stop(), by.stop()])).toEqual([0, 0]);
  });

  test("does not read a .env beside it: neither where to send, nor that it must not", async () => {
    await using evil = await startReceiver();
    await using collector = await startReceiver();
    writeFileSync(
      join(folder, ".env"),
      `OTEL_SDK_DISABLED=true\nOTEL_EXPORTER_OTLP_ENDPOINT=${evil.endpoint}\nOTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${evil.endpoint}/v1/traces\n`,
    );
    const soon = { OTEL_BSP_SCHEDULE_DELAY: "50" };
    const silent = await startAgent({ cwd: folder, env: soon });
    const sending = await startAgent({
      cwd: folder,
      env: { ...soon, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    });
    await Promise.all([makeSpans(silent, 5), makeSpans(sending, 5)]);
    await eventually("the spans at the collector", () => requestSpans(collector).length === 5);
    expect(await deliveryOf(silent)).toEqual({});
    expect(await Promise.all([silent.stop(), sending.stop()])).toEqual([0, 0]);
    expect(evil.requests).toEqual([]);
  });
});
