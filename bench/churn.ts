import { type Agent, readMetric, startAgent } from "./support/agent.ts";
import { createBuilder } from "./support/build.ts";
import { createCleanup } from "./support/cleanup.ts";
import { cpuNanoseconds } from "./support/clock.ts";
import { atLeast, formatTable, judge, wholeArgument } from "./support/figures.ts";
import { populate } from "./support/population.ts";
import { type Probe, startProbe } from "./support/probe.ts";
import { openEvents } from "./support/stream.ts";

const rate = 200;
const livesMs = [1, 5, 20, 100];
const defaultSeconds = 30;
const bystanders = 10;
/** Started before and still on its way. */
const settleMs = 2_000;
/** Whoever lives for five ticks is seen. */
const budget = { lifeMs: 100, seenPercent: 99, toldPercent: 99.9 };

interface Storm {
  readonly lifeMs: number;
  readonly forks: number;
  readonly started: number;
  readonly exited: number;
  readonly reaped: number;
  /** Ids that sexton counted as gone before it could look; null where it does not tell. */
  readonly unseen: number | null;
  readonly cpuPercent: number;
}

/** Storms of short-lived processes: who is seen, who is missed, and what it costs. Argument: seconds for each storm. */
export async function churn(args: readonly string[]): Promise<boolean> {
  const seconds = wholeArgument(args, defaultSeconds, "seconds for each storm");
  await using cleanup = createCleanup();
  const builder = createBuilder(cleanup);
  const program = builder.c("storm.c");
  if (program === null) throw new Error("Cannot measure churn: there is no C compiler (cc)");
  const population = await populate(bystanders, builder.c("sleepers.c"), cleanup);
  const storm = startProbe(population.among([program]), cleanup);
  const [parent = 0] = await storm.ask("pid 1");
  const agent = await startAgent(population, [], cleanup);
  const seen: Record<string, number> = {};
  await openEvents(agent, cleanup, ({ type, ppid }) => {
    if (ppid === parent) seen[type] = (seen[type] ?? 0) + 1;
  });
  const storms: Storm[] = [];
  for (const lifeMs of livesMs) {
    await Bun.sleep(settleMs);
    storms.push(await rage(agent, storm, seen, lifeMs, seconds));
  }
  console.log(`\n${rate} forks/s for ${seconds} s each\n${report(storms)}\n`);
  return judge([
    {
      text: `of those that live ${budget.lifeMs} ms at least ${budget.seenPercent} % are seen`,
      value: Math.min(...storms.filter(({ lifeMs }) => lifeMs === budget.lifeMs).map(seenPercent)),
      unit: " %",
      kept: atLeast(budget.seenPercent),
    },
    {
      text: `of all at least ${budget.toldPercent} % are seen or counted as unseen`,
      value: Math.min(...storms.map(toldPercent)),
      unit: " %",
      kept: atLeast(budget.toldPercent),
    },
    {
      text: "all that are seen are seen to exit",
      value: Math.min(...storms.map(({ started, exited }) => (100 * exited) / started)),
      unit: " %",
      kept: atLeast(100),
    },
  ]);
}

async function rage(
  agent: Agent,
  storm: Probe,
  seen: Record<string, number>,
  lifeMs: number,
  seconds: number,
): Promise<Storm> {
  const unseenBefore = await readMetric(agent, "sexton_watch_unseen_ids_total");
  for (const type of Object.keys(seen)) seen[type] = 0;
  const startedAt = performance.now();
  const cpuBefore = cpuNanoseconds(agent.pid);
  const [forks = 0] = await storm.ask(`${rate} ${lifeMs} ${seconds} 1`);
  const cpu = cpuNanoseconds(agent.pid) - cpuBefore;
  const elapsedMs = performance.now() - startedAt;
  if (forks < 0) throw new Error("Cannot measure: storm.c could not fork");
  await Bun.sleep(settleMs);
  const unseenAfter = await readMetric(agent, "sexton_watch_unseen_ids_total");
  const count = (type: string) => seen[`process.${type}`] ?? 0;
  return {
    lifeMs,
    forks,
    started: count("started"),
    exited: count("exited"),
    reaped: count("reaped"),
    unseen: unseenBefore === null || unseenAfter === null ? null : unseenAfter - unseenBefore,
    cpuPercent: cpu / elapsedMs / 1e4,
  };
}

const seenPercent = ({ started, forks }: Storm) => (100 * started) / forks;

const toldPercent = ({ started, forks, unseen }: Storm) =>
  unseen === null ? Number.NaN : (100 * (started + unseen)) / forks;

function report(storms: readonly Storm[]): string {
  return formatTable([
    ["life", "forks", "started", "seen %", "missed", "unseen ids", "exited", "reaped", "CPU %"],
    ...storms.map((storm) => [
      `${storm.lifeMs} ms`,
      `${storm.forks}`,
      `${storm.started}`,
      seenPercent(storm).toFixed(1),
      `${storm.forks - storm.started}`,
      storm.unseen === null ? "-" : `${storm.unseen}`,
      `${storm.exited}`,
      `${storm.reaped}`,
      storm.cpuPercent.toFixed(2),
    ]),
  ]);
}
