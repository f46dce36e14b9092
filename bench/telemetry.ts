import { createBuilder } from "./support/build.ts";
import { createCleanup } from "./support/cleanup.ts";
import { judge } from "./support/figures.ts";
import { measureMetrics } from "./telemetry-metrics.ts";
import { measureOtlp } from "./telemetry-otlp.ts";

/** What it costs to be observed: by a collector that is sent everything, and by a Prometheus that scrapes. */
export async function telemetry(args: readonly string[]): Promise<boolean> {
  if (args.length > 0) throw new Error(`Cannot run with ${JSON.stringify(args.join(" "))}: expected no arguments`);
  await using cleanup = createCleanup();
  const builder = createBuilder(cleanup);
  const otlp = await measureOtlp(builder, cleanup);
  return judge([...otlp, ...(await measureMetrics(builder, cleanup))]);
}
