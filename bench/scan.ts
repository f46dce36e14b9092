import { type Builder, createBuilder } from "./support/build.ts";
import { type Cleanup, createCleanup } from "./support/cleanup.ts";
import { formatTable, median, medianRatio } from "./support/figures.ts";
import { type Population, populate } from "./support/population.ts";
import { type Probe, startProbe } from "./support/probe.ts";

const counts = [100, 1_000, 5_000];
const rounds = 21;
/** Fresh starts are slow, and their first scan differs little. */
const firstScans = 7;
/** The budget holds at this many processes. */
const budgetCount = 5_000;
const budget = { timesC: 1.2, fasterThanPs: 2.5 };
/** Long enough for the processes to have settled (their facts are read at every scan before) and the JIT with them. */
const warmUpMs = 4_000;

interface Programs {
  readonly probe: string;
  readonly sleepers: string | null;
  readonly scan: string | null;
  readonly ps: boolean;
}

/** Nanoseconds by round; a measure whose program is missing has none. */
interface Measured {
  readonly scan: number[];
  readonly stat: number[];
  readonly c: number[];
  readonly ps: number[];
  readonly first: number[];
}

/** A full scan against a C program that only reads stat, and against ps(1). Arguments: other process counts. */
export async function scan(args: readonly string[]): Promise<boolean> {
  await using cleanup = createCleanup();
  const programs = await build(createBuilder(cleanup));
  let kept = true;
  for (const count of args.length > 0 ? args.map(countOf) : counts) {
    const population = await populate(count, programs.sleepers, cleanup);
    const measured = await measure(count, population, programs, cleanup);
    await population.end();
    console.log(`\n${count} processes${population.isolated ? "" : ", and the machine's own"}\n${report(measured)}`);
    if (count === budgetCount) kept = verdict(measured);
  }
  return kept;
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`Cannot make ${JSON.stringify(text)} processes: expected a number`);
  return Number(text);
}

async function build(builder: Builder): Promise<Programs> {
  const sleepers = builder.c("sleepers.c");
  if (sleepers === null) console.log("No C compiler (cc): the comparison with C is left out");
  const ps = Bun.which("ps") !== null;
  if (!ps) console.log("No ps: the comparison with it is left out");
  return { probe: await builder.binary("scan-probe.ts"), sleepers, scan: builder.c("scan.c"), ps };
}

async function measure(count: number, population: Population, programs: Programs, cleanup: Cleanup): Promise<Measured> {
  const start = (program: string) => startProbe(population.among([program]), cleanup);
  const sexton = start(programs.probe);
  const c = programs.scan === null ? null : start(programs.scan);
  await warmUp(sexton);
  const [seen = 0] = await sexton.ask("count 1");
  if (seen < count) throw new Error(`Cannot measure: only ${seen} of ${count} processes are seen`);

  // An odd number, so that one disturbed scan does not move the median of a round.
  const times = Math.max(3, 2 * Math.round(1_000 / count) + 1);
  const measured: Measured = { scan: [], stat: [], c: [], ps: [], first: [] };
  const steps: (() => Promise<unknown>)[] = [
    async () => measured.scan.push(median(await sexton.ask(`scan ${times}`))),
    async () => c && measured.c.push(median(await c.ask(`${times}`))),
    async () => measured.stat.push(median(await sexton.ask(`stat ${times}`))),
    async () => programs.ps && measured.ps.push(median(await sexton.ask("ps 1"))),
  ];
  for (let round = 0; round < rounds; round++) {
    // Forwards and backwards in turn, so that none always runs in another's wake.
    for (const step of round % 2 === 0 ? steps : steps.toReversed()) await step();
    if (round >= firstScans) continue;
    const fresh = start(programs.probe);
    measured.first.push(...(await fresh.ask("scan 1")));
    await fresh.end();
  }
  await Promise.all([sexton.end(), c?.end()]);
  return measured;
}

async function warmUp(sexton: Probe): Promise<void> {
  const end = performance.now() + warmUpMs;
  while (performance.now() < end) await Promise.all([sexton.ask("scan 5"), sexton.ask("stat 5")]);
}

function report(measured: Measured): string {
  const row = (name: string, values: readonly number[]): string[] => [
    name,
    values.length === 0 ? "-" : (median(values) / 1e6).toFixed(2),
    ratio(values, measured.c),
    ratio(values, measured.ps),
  ];
  return formatTable([
    ["", "median ms", "x C", "x ps"],
    row("sexton, full scan", measured.scan),
    row("sexton, readdir + stat only", measured.stat),
    row("sexton, first scan of a fresh start", measured.first),
    row("C, readdir + read stat", measured.c),
    row("ps -e -o pid,ppid,stat,comm", measured.ps),
  ]);
}

function ratio(values: readonly number[], base: readonly number[]): string {
  return values.length === 0 || base.length === 0 ? "-" : medianRatio(values, base).toFixed(2);
}

function verdict({ scan, c, ps }: Measured): boolean {
  const checks = [
    { text: `at most ${budget.timesC} times C`, value: medianRatio(scan, c), kept: (x: number) => x <= budget.timesC },
    {
      text: `at least ${budget.fasterThanPs} times faster than ps`,
      value: medianRatio(ps, scan),
      kept: (x: number) => x >= budget.fasterThanPs,
    },
  ];
  const measurable = checks.filter(({ value }) => !Number.isNaN(value));
  console.log("");
  for (const { text, value, kept } of measurable) {
    console.log(`${kept(value) ? "pass" : "FAIL"}  ${text}: ${value.toFixed(2)}`);
  }
  return measurable.every(({ value, kept }) => kept(value));
}
