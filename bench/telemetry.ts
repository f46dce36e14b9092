import { createBuilder } from "./support/build.ts";
import { createCleanup } from "./support/cleanup.ts";
import { judge } from "./support/figures.ts";
import { measureMetrics } from "./telemetry-metrics.ts";

/** What it costs to be observed: by a Prometheus that scrapes. */
export async function telemetry(args: readonly string[]): Promise<boolean> {
  if (args.length > 0) throw new Error(`Cannot run with ${JSON.stringify(args.join(" "))}: expected no arguments`);
  await using cleanup = createCleanup();
  const builder = createBuilder(cleanup);
  return judge(await measureMetrics(builder, cleanup));
}
