import { imageEnv, startAgent } from "./support/agent.ts";
import { type Builder, createBuilder } from "./support/build.ts";
import { type Cleanup, createCleanup } from "./support/cleanup.ts";
import { cpuNanoseconds } from "./support/clock.ts";
import { hasExporter, startExporter } from "./support/exporter.ts";
import { formatTable, judge, under, wholeArgument } from "./support/figures.ts";
import { populate } from "./support/population.ts";
import { type Program, startProgram } from "./support/program.ts";
import { type MemoryUse, memoryUse } from "./support/usage.ts";

const counts = [10, 100, 1_000, 5_000];
/** The watcher's audits come up to 30 s apart, and belong to what it costs to be idle. */
const defaultSeconds = 30;
const settleMs = 5_000;
const memoryCount = 100;
const cpuCounts = [10, 1_000, 5_000];
const budget = { cpuPercent: 0.6, rssAnonMB: 8, rssMB: 48 };

interface Idle extends MemoryUse {
  readonly count: number;
  readonly cpuPercent: number;
  /** What the tick alone takes at the same time: of a C program (null: no compiler), and of one for Bun. */
  readonly floor: { readonly c: number | null; readonly bun: number };
  /** Of process-exporter; null where it is not installed. */
  readonly exporter: (MemoryUse & { readonly cpuPercent: number }) | null;
}

/** What sexton costs when nothing happens and nobody asks. Argument: seconds to measure for. */
export async function idle(args: readonly string[]): Promise<boolean> {
  const seconds = wholeArgument(args, defaultSeconds, "seconds to measure for");
  await using cleanup = createCleanup();
  const builder = createBuilder(cleanup);
  if (!hasExporter()) console.log("No prometheus-process-exporter: the comparison with it is left out");
  const measured: Idle[] = [];
  for (const count of counts) measured.push(await measure(count, builder, seconds, cleanup));
  console.log(`\nIdle for ${seconds} s\n${report(measured)}\n`);
  const at = (count: number) => measured.find((one) => one.count === count);
  return judge([
    ...cpuCounts.map((count) => ({
      text: `CPU with ${count} processes under ${budget.cpuPercent} %`,
      value: at(count)?.cpuPercent ?? Number.NaN,
      unit: " %",
      kept: under(budget.cpuPercent),
    })),
    {
      text: `RssAnon with ${memoryCount} processes under ${budget.rssAnonMB} MB`,
      value: at(memoryCount)?.rssAnonMB ?? Number.NaN,
      unit: " MB",
      kept: under(budget.rssAnonMB),
    },
    {
      text: `RSS with ${memoryCount} processes under ${budget.rssMB} MB`,
      value: at(memoryCount)?.rssMB ?? Number.NaN,
      unit: " MB",
      kept: under(budget.rssMB),
    },
  ]);
}

async function measure(count: number, builder: Builder, seconds: number, cleanup: Cleanup): Promise<Idle> {
  const population = await populate(count, builder.c("sleepers.c"), cleanup);
  const agent = await startAgent(population, [], cleanup);
  const exporter = hasExporter() ? await startExporter(population, [], builder, cleanup) : null;
  const ticking = builder.c("tick.c");
  const start = (program: string) => startProgram(population, [program], imageEnv(), cleanup);
  const [bun, c] = [await start(await builder.binary("tick.ts")), ticking === null ? null : await start(ticking)];
  await Bun.sleep(settleMs);
  const programs = [agent, bun, ...(c ? [c] : []), ...(exporter ? [exporter] : [])];
  const startedAt = performance.now();
  const before = programs.map(({ pid }) => cpuNanoseconds(pid));
  await Bun.sleep(seconds * 1_000);
  const elapsedMs = performance.now() - startedAt;
  const percents = programs.map(({ pid }, at) => (cpuNanoseconds(pid) - (before[at] as number)) / elapsedMs / 1e4);
  const percentOf = (program: Program) => percents[programs.indexOf(program)] ?? Number.NaN;
  const use = (program: Program) => ({ cpuPercent: percentOf(program), ...memoryUse(program.pid) });
  const floor = { c: c && percentOf(c), bun: percentOf(bun) };
  const measured = { count, ...use(agent), floor, exporter: exporter && use(exporter) };
  await Promise.all(programs.map((program) => program.end()));
  await population.end();
  return measured;
}

function report(measured: readonly Idle[]): string {
  return formatTable([
    ["processes", "CPU %", "RssAnon MB", "RSS MB", "tick in Bun %", "in C %", "exporter CPU %", "RssAnon MB", "RSS MB"],
    ...measured.map(({ count, exporter, floor, ...own }) => [
      `${count}`,
      ...figures(own),
      floor.bun.toFixed(3),
      floor.c?.toFixed(3) ?? "-",
      ...figures(exporter),
    ]),
  ]);
}

function figures(use: (MemoryUse & { readonly cpuPercent: number }) | null): string[] {
  return use ? [use.cpuPercent.toFixed(3), use.rssAnonMB.toFixed(1), use.rssMB.toFixed(1)] : ["-", "-", "-"];
}
