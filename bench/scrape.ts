import { startAgent } from "./support/agent.ts";
import { type Builder, createBuilder } from "./support/build.ts";
import { type Cleanup, createCleanup } from "./support/cleanup.ts";
import { cpuNanoseconds, monotonic } from "./support/clock.ts";
import { hasExporter, startExporter } from "./support/exporter.ts";
import { atLeast, formatTable, judge, median, medianRatio } from "./support/figures.ts";
import { populate } from "./support/population.ts";

const counts = [1_000, 2_000];
const rounds = 11;
const warmUps = 5;
/** sexton answers from a table that is up to 250 ms old: with this in between, each request makes it scan. */
const pauseMs = 300;
const budget = { count: 2_000, times: 5 };
/** Without per-thread metrics and without smaps, which it reads of every process otherwise. */
const leanArgs = ["-threads=false", "-gather-smaps=false"];

interface Served {
  readonly name: string;
  readonly pid: number;
  readonly address: string;
  readonly wallMs: number[];
  readonly cpuMs: number[];
  bytes: number;
}

/** `GET /processes` against a scrape of Debian's process-exporter, over HTTP. */
export async function scrape(args: readonly string[]): Promise<boolean> {
  if (args.length > 0) throw new Error(`Cannot run with ${JSON.stringify(args.join(" "))}: expected no arguments`);
  await using cleanup = createCleanup();
  const builder = createBuilder(cleanup);
  if (!hasExporter()) console.log("No prometheus-process-exporter: the comparison with it is left out");
  let kept = true;
  for (const count of counts) {
    const [own, ...others] = await measure(count, builder, cleanup);
    if (!own) continue;
    console.log(`\n${count} processes\n${report([own, ...others])}\n`);
    if (count !== budget.count) continue;
    kept = judge(
      others.map(({ name, wallMs }) => ({
        text: `GET /processes at least ${budget.times} times faster than ${name}`,
        value: medianRatio(wallMs, own.wallMs),
        unit: "",
        // As its service starts it; what it takes with less to report is told for comparison.
        kept: name.includes("lean") ? () => true : atLeast(budget.times),
      })),
    );
  }
  return kept;
}

async function measure(count: number, builder: Builder, cleanup: Cleanup): Promise<Served[]> {
  const population = await populate(count, builder.c("sleepers.c"), cleanup);
  const agent = await startAgent(population, [], cleanup);
  const exporters = hasExporter()
    ? [
        await startExporter(population, [], builder, cleanup),
        await startExporter(population, leanArgs, builder, cleanup),
      ]
    : [];
  const served = [
    serve("sexton, GET /processes", agent.pid, `${agent.url}/processes`),
    ...exporters.map(({ pid, metrics }, index) =>
      serve(index === 0 ? "process-exporter" : "process-exporter, lean", pid, metrics),
    ),
  ];
  for (let round = -warmUps; round < rounds; round++) {
    for (const one of round % 2 === 0 ? served : served.toReversed()) {
      await Bun.sleep(pauseMs);
      await request(one, round >= 0);
    }
  }
  await Promise.all([agent, ...exporters].map((program) => program.end()));
  await population.end();
  return served;
}

function serve(name: string, pid: number, address: string): Served {
  return { name, pid, address, wallMs: [], cpuMs: [], bytes: 0 };
}

async function request(one: Served, counts: boolean): Promise<void> {
  const cpu = cpuNanoseconds(one.pid);
  const start = monotonic();
  const response = await fetch(one.address);
  const { byteLength } = await response.arrayBuffer();
  const wall = monotonic() - start;
  if (!response.ok) throw new Error(`Cannot measure: ${one.address} answered ${response.status}`);
  // What it does after its answer, such as collecting garbage, is its cost too.
  await Bun.sleep(50);
  if (!counts) return;
  one.wallMs.push(wall / 1e6);
  one.cpuMs.push((cpuNanoseconds(one.pid) - cpu) / 1e6);
  one.bytes = byteLength;
}

function report(served: readonly Served[]): string {
  const own = served[0]?.wallMs ?? [];
  return formatTable([
    ["", "median ms", "x sexton", "CPU ms", "KB"],
    ...served.map(({ name, wallMs, cpuMs, bytes }) => [
      name,
      median(wallMs).toFixed(2),
      medianRatio(wallMs, own).toFixed(2),
      median(cpuMs).toFixed(2),
      (bytes / 1024).toFixed(0),
    ]),
  ]);
}
