import { type Agent, startAgent } from "./support/agent.ts";
import type { Builder } from "./support/build.ts";
import type { Cleanup } from "./support/cleanup.ts";
import { cpuNanoseconds, monotonic } from "./support/clock.ts";
import { hasExporter, startExporter } from "./support/exporter.ts";
import { type Check, formatTable, median, medianRatio, under } from "./support/figures.ts";
import { type Population, populate } from "./support/population.ts";
import type { Program } from "./support/program.ts";
import { memoryUse } from "./support/usage.ts";

const counts = [500, 2_000];
const rounds = 11;
const warmUps = 4;
/** What was written serves for a second: with this in between, each scrape is a new one. */
const pauseMs = 1_050;
const loopMs = 10_000;
const settleMs = 20_000;
/** As a list is to be; and half of the container's memory, of which the binary's own pages take the rest. */
const budget = { faster: 5, rssAnonMB: 64 };

interface Served {
  readonly name: string;
  readonly pid: number;
  readonly address: string;
  readonly wallMs: number[];
  readonly cpuMs: number[];
  samples: number;
  bytes: number;
}

/** `GET /metrics` beside a scrape of Debian's process-exporter, and what a scraper without pauses does to memory. */
export async function measureMetrics(builder: Builder, cleanup: Cleanup): Promise<Check[]> {
  if (!hasExporter()) console.log("No prometheus-process-exporter: the comparison with it is left out");
  const checks: Check[] = [];
  for (const count of counts) checks.push(...(await measure(count, builder, cleanup)));
  return checks;
}

async function measure(count: number, builder: Builder, cleanup: Cleanup): Promise<Check[]> {
  const population = await populate(count, builder.c("sleepers.c"), cleanup);
  const top = await startAgent(population, [], cleanup);
  const all = await startAgent(population, ["--metrics-per-process", "all"], cleanup);
  const exporters = await startExporters(population, builder, cleanup);
  const served = [
    serve("sexton, top", top.pid, `${top.url}/metrics`),
    serve("sexton, all", all.pid, `${all.url}/metrics`),
    ...exporters,
  ];
  for (let round = -warmUps; round < rounds; round++) {
    for (const one of round % 2 === 0 ? served : served.toReversed()) {
      await Bun.sleep(pauseMs);
      await request(one, round >= 0);
    }
  }
  console.log(`\n/metrics of ${count} processes\n${report(served)}`);
  const loops = [await loop("top", top), await loop("all", all)];
  console.log(
    `\n${formatTable([["scrapes without a pause", "scrapes/s", "RssAnon MB", "at most", "after"], ...loops.map(({ row }) => row)])}\n`,
  );
  await Promise.all([top, all].map((agent) => agent.end()));
  for (const { end } of exporters) await end();
  await population.end();
  const [own, everything] = served as [Served, Served];
  return [
    ...exporters.map(({ name, wallMs }) => ({
      text: `${count} processes: /metrics (top) at least ${budget.faster} times faster than ${name}`,
      value: medianRatio(wallMs, own.wallMs),
      unit: "",
      kept: (value: number) => value >= budget.faster,
    })),
    ...exporters.map(({ name, wallMs }) => ({
      text: `${count} processes: /metrics (all), times faster than ${name}`,
      value: medianRatio(wallMs, everything.wallMs),
      unit: "",
      kept: () => true,
    })),
    ...loops.map(({ mode, most }) => ({
      text: `${count} processes: RssAnon while ${mode} is scraped without a pause under ${budget.rssAnonMB} MB`,
      value: most,
      unit: " MB",
      kept: under(budget.rssAnonMB),
    })),
  ];
}

/** As its service starts it, and without per-thread metrics and smaps, which it reads of every process otherwise. */
async function startExporters(population: Population, builder: Builder, cleanup: Cleanup) {
  if (!hasExporter()) return [];
  const kinds: readonly [string, readonly string[]][] = [
    ["process-exporter", []],
    ["process-exporter, lean", ["-threads=false", "-gather-smaps=false"]],
  ];
  const started: (Served & Pick<Program, "end">)[] = [];
  for (const [name, args] of kinds) {
    const exporter = await startExporter(population, args, builder, cleanup);
    started.push({ ...serve(name, exporter.pid, exporter.metrics), end: exporter.end });
  }
  return started;
}

function serve(name: string, pid: number, address: string): Served {
  return { name, pid, address, wallMs: [], cpuMs: [], samples: 0, bytes: 0 };
}

/** As Prometheus asks. */
const headers = {
  accept: "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
  "accept-encoding": "gzip",
};

async function request(one: Served, counts: boolean): Promise<void> {
  const cpu = cpuNanoseconds(one.pid);
  const start = monotonic();
  const response = await fetch(one.address, { headers, decompress: false });
  const body = await response.arrayBuffer();
  const wall = monotonic() - start;
  if (!response.ok) throw new Error(`Cannot measure: ${one.address} answered ${response.status}`);
  // What it does after its answer, such as collecting garbage, is its cost too.
  await Bun.sleep(50);
  if (!counts) return;
  one.wallMs.push(wall / 1e6);
  one.cpuMs.push((cpuNanoseconds(one.pid) - cpu) / 1e6);
  const isCompressed = response.headers.get("content-encoding") === "gzip";
  const text = new TextDecoder().decode(isCompressed ? Bun.gunzipSync(body) : body);
  one.samples = text.match(/^[^#\n]/gm)?.length ?? 0;
  one.bytes = body.byteLength;
}

/** Scrapes one after the other; memory before, at most, and when it has been left alone for a while. */
async function loop(mode: string, { pid, url }: Agent) {
  const before = memoryUse(pid).rssAnonMB;
  let most = before;
  let scrapes = 0;
  for (const end = performance.now() + loopMs; performance.now() < end; scrapes++) {
    const response = await fetch(`${url}/metrics`, { headers, decompress: false });
    await response.arrayBuffer();
    if (scrapes % 50 === 0) most = Math.max(most, memoryUse(pid).rssAnonMB);
  }
  await Bun.sleep(settleMs);
  const row = [
    mode,
    (scrapes / (loopMs / 1_000)).toFixed(0),
    ...[before, most, memoryUse(pid).rssAnonMB].map((mb) => mb.toFixed(1)),
  ];
  return { mode, most, row };
}

function report(served: readonly Served[]): string {
  const own = served[0];
  return formatTable([
    ["", "median ms", "x top", "CPU ms", "x top", "samples", "KB gzip"],
    ...served.map(({ name, wallMs, cpuMs, samples, bytes }) => [
      name,
      median(wallMs).toFixed(2),
      medianRatio(wallMs, own?.wallMs ?? []).toFixed(2),
      median(cpuMs).toFixed(2),
      medianRatio(cpuMs, own?.cpuMs ?? []).toFixed(2),
      `${samples}`,
      (bytes / 1024).toFixed(0),
    ]),
  ]);
}
