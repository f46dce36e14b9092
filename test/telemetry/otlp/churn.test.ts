import { afterEach, expect, test } from "bun:test";
import { startAgent } from "../../support/binary.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../../support/namespace.ts";
import type { Item } from "../../support/otlp/items.ts";
import { startReceiver } from "../../support/otlp/receiver.ts";
import { eventually } from "../../support/poll.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/telemetry/otlp/churn.test.ts: ${namespaceProblem}`);
const count = 10_000;

let namespace: Namespace | null = null;
afterEach(() => namespace?.close());
async function inNamespace(): Promise<Namespace> {
  namespace = await createNamespace();
  return namespace;
}

const seriesOf = ({ metric, attributes }: Item) => `${metric["name"]} ${JSON.stringify(attributes)}`;
/** What is counted from the start on, by names and not by pids. */
const isCount = ({ metric }: Item) => /^sexton\.(process|scan)\./.test(metric["name"]);

test.skipIf(skip)(
  "10,000 processes that come and go leave the series of those that live",
  async () => {
    await using receiver = await startReceiver();
    const { enter, start } = await inNamespace();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: "300",
      SEXTON_METRICS_PER_PROCESS: "all",
    };
    await startAgent({ env, wrapper: enter });
    const { metrics } = receiver.items;
    /** The first export whose processes were looked at from now on. */
    const nextExport = (what: string) => {
      const from = BigInt(Date.now()) * 1_000_000n;
      return eventually(what, () => {
        const times = metrics
          .filter(({ metric }) => metric["name"] === "process.uptime")
          .map((one) => one["timeUnixNano"]);
        const time = times.find((one) => BigInt(one) > from);
        return time === undefined ? null : metrics.filter((one) => one["timeUnixNano"] === time && !isCount(one));
      });
    };

    const before = await nextExport("an export of before");
    const loop = start(["sh", "-c", `n=${count}; while [ $n -gt 0 ]; do (:); n=$((n-1)); done`]);
    const during = await nextExport("an export meanwhile");
    expect(await loop.exited).toBe(0);
    const after = await nextExport("an export of after the end");

    expect(during.map(seriesOf).length).toBeGreaterThan(before.length);
    expect(after.map(seriesOf).sort()).toEqual(before.map(seriesOf).sort());
    expect(new Set(after.flatMap(({ attributes }) => attributes["process.pid"] ?? [])).size).toBeWithin(3, 6);
    // Those that were gone before they could be looked at are counted by their ids.
    const most = (name: string) =>
      Math.max(
        ...metrics.flatMap((one) => (one["metric"]["name"] === name ? Number(one["asInt"] ?? one["asDouble"]) : [])),
      );
    // The last ones are told some moments after the loop has ended, and counted with the export after that.
    await eventually("all of them to be counted", () => {
      return most("sexton.process.reaped") + most("sexton.watch.unseen_ids") >= count;
    });
    expect(new Set(metrics.filter(isCount).map(seriesOf)).size).toBeLessThan(20);
    expect(metrics.filter((one) => seriesOf(one).includes("overflow"))).toEqual([]);
  },
  120_000,
);
