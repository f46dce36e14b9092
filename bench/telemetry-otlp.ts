import { startAgent } from "./support/agent.ts";
import type { Builder } from "./support/build.ts";
import type { Cleanup } from "./support/cleanup.ts";
import { type Check, formatTable, median, under } from "./support/figures.ts";
import { type Population, populate } from "./support/population.ts";
import { memoryUse } from "./support/usage.ts";

const processes = 100;
const rounds = 5;
/** Bun gives back what the start took, and the first exports have been made. */
const settleMs = 8_000;
const protocols = ["off", "http/protobuf", "http/json"] as const;
const budget = { offMB: 8, onMB: 16, startMs: 60 };

interface Figures {
  readonly startMs: number[];
  rssAnonMB: number;
  rssMB: number;
}

/** What OTLP costs a sexton that is otherwise idle: its start, round about, and its memory. */
export async function measureOtlp(builder: Builder, cleanup: Cleanup): Promise<Check[]> {
  const collector = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: takeAll });
  cleanup.add(() => collector.stop(true));
  const population = await populate(processes, builder.c("sleepers.c"), cleanup);
  const figures = new Map<string, Figures>();
  for (const protocol of protocols) figures.set(protocol, { startMs: [], rssAnonMB: Number.NaN, rssMB: Number.NaN });
  for (let round = 0; round < rounds; round++) {
    for (const protocol of protocols) {
      const known = figures.get(protocol) as Figures;
      known.startMs.push(
        await start(population, protocol, `${collector.url}`, round === rounds - 1 ? known : null, cleanup),
      );
    }
  }
  const rows = [...figures].map(([protocol, { startMs, rssAnonMB, rssMB }]) => [
    protocol,
    median(startMs).toFixed(0),
    Math.min(...startMs).toFixed(0),
    rssAnonMB.toFixed(1),
    rssMB.toFixed(1),
  ]);
  const titles = ["OTLP", "start ms, median", "least", "RssAnon MB", "RSS MB"];
  console.log(`\nOTLP, idle with ${processes} processes\n${formatTable([titles, ...rows])}\n`);
  const of = (protocol: string) => figures.get(protocol) as Figures;
  return [
    {
      text: "start without OTLP, at least",
      value: Math.min(...of("off").startMs),
      unit: " ms",
      kept: under(budget.startMs),
    },
    {
      text: `RssAnon without OTLP under ${budget.offMB} MB`,
      value: of("off").rssAnonMB,
      unit: " MB",
      kept: under(budget.offMB),
    },
    {
      text: `RssAnon with OTLP under ${budget.onMB} MB`,
      value: of("http/protobuf").rssAnonMB,
      unit: " MB",
      kept: under(budget.onMB),
    },
  ];
}

function takeAll(request: Request): Response {
  // An empty protobuf message is an answer that takes all; in JSON that is an empty object.
  const isJson = request.headers.get("content-type")?.includes("json") ?? false;
  const type = isJson ? "application/json" : "application/x-protobuf";
  return new Response(isJson ? "{}" : new Uint8Array(), { headers: { "content-type": type } });
}

/** Milliseconds from the start to the first 200 of /readyz; fills in the memory where it is wanted. */
async function start(
  population: Population,
  protocol: string,
  endpoint: string,
  memory: Figures | null,
  cleanup: Cleanup,
): Promise<number> {
  const otel = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: protocol };
  const startedAt = performance.now();
  const agent = await startAgent(population, [], cleanup, protocol === "off" ? {} : otel);
  while (!(await fetch(`${agent.url}/readyz`)).ok) await Bun.sleep(1);
  const startMs = performance.now() - startedAt;
  if (memory) {
    await Bun.sleep(settleMs);
    const { rssAnonMB, rssMB } = memoryUse(agent.pid);
    Object.assign(memory, { rssAnonMB, rssMB });
  }
  await agent.end();
  return startMs;
}
