import { startAgent } from "./support/agent.ts";
import { type Builder, createBuilder } from "./support/build.ts";
import { type Cleanup, createCleanup } from "./support/cleanup.ts";
import { monotonic } from "./support/clock.ts";
import { type Check, formatTable, judge, median, percentile, under, wholeArgument } from "./support/figures.ts";
import { populate } from "./support/population.ts";
import { startProbe } from "./support/probe.ts";
import { until } from "./support/program.ts";
import { openEvents, openRequests } from "./support/stream.ts";
import { childrenOf, ownPid } from "./support/usage.ts";

const defaultTimes = 300;
const warmUps = 20;
/** Processes that sleep beside. */
const bystanders = 100;
/** A signal is also measured among more, because its target is looked for among all. */
const signalBystanders = [100, 1_000];
/** By then nobody looks at the newly started processes any more, and the machine is quiet. */
const settleMs = 3_000;
const budgetMs = { exitP50: 1, exitP99: 10, signalP99: 5 };

/**
 * From the end of a process to its event on an open stream, and from a request to the handler of the signal that it
 * sends. Argument: how many times each.
 */
export async function latency(args: readonly string[]): Promise<boolean> {
  const times = wholeArgument(args, defaultTimes, "how many times to measure");
  await using cleanup = createCleanup();
  const builder = createBuilder(cleanup);
  const { exits, floor } = await measureExits(times, builder, cleanup);
  const rows = [row("kill to process.exited on the stream", exits), row("kill to poll of a pidfd in C", floor)];
  const checks = [
    check(`exit to event, p50 under ${budgetMs.exitP50} ms`, percentile(exits, 50), budgetMs.exitP50),
    check(`exit to event, p99 under ${budgetMs.exitP99} ms`, percentile(exits, 99), budgetMs.exitP99),
  ];
  for (const count of signalBystanders) {
    const signals = await measureSignals(times, count, builder, cleanup);
    const among = `among ${count} processes`;
    rows.push(row(`POST /signal/reload?wait=0 to the handler, ${among}`, signals));
    checks.push(
      check(
        `request to handler ${among}, p99 under ${budgetMs.signalP99} ms`,
        percentile(signals, 99),
        budgetMs.signalP99,
      ),
    );
  }
  console.log(`\n${times} times\n${formatTable([["", "p50 ms", "p99 ms", "max ms"], ...rows])}\n`);
  return judge(checks);
}

function check(text: string, value: number, limit: number): Check {
  return { text, value, unit: " ms", kept: under(limit) };
}

function row(name: string, values: readonly number[]): string[] {
  return [name, ...[median(values), percentile(values, 99), Math.max(...values)].map((value) => value.toFixed(3))];
}

/** Milliseconds from the kill of a process to its event, and to what the kernel alone takes, in turn. */
async function measureExits(times: number, builder: Builder, cleanup: Cleanup) {
  const population = await populate(bystanders, builder.c("sleepers.c"), cleanup);
  const agent = await startAgent(population, [], cleanup);
  const started = new Set<number>();
  const awaited = new Map<number, PromiseWithResolvers<number>>();
  const stream = await openEvents(agent, cleanup, ({ type, pid, at }) => {
    if (type === "process.started") started.add(pid);
    else if (type === "process.exited") awaited.get(pid)?.resolve(at);
  });
  const victims = startProbe(population.among([compiled(builder, "victims.c")]), cleanup);
  const kernel = startProbe([compiled(builder, "floor.c")], cleanup);
  const pids = await victims.ask(`${times + warmUps}`);
  await until("all to be seen", agent.stderr, () => pids.every((pid) => started.has(pid)));
  const [parent = 0] = population.isolated ? childrenOf(victims.pid) : [victims.pid];
  // As this process knows them, by the pids that they have in their own namespace.
  const outside = new Map(childrenOf(parent).map((pid) => [ownPid(pid), pid]));
  await Bun.sleep(settleMs);

  const exits: number[] = [];
  const floor: number[] = [];
  for (const pid of pids) {
    await anyMoment();
    const exited = Promise.withResolvers<number>();
    awaited.set(pid, exited);
    const target = outside.get(pid) as number;
    const killedAt = monotonic();
    process.kill(target, "SIGKILL");
    exits.push(((await within(exited.promise, `the exit of ${pid}`)) - killedAt) / 1e6);
    await anyMoment();
    floor.push(((await kernel.ask("1"))[0] ?? Number.NaN) / 1e6);
  }
  stream.end();
  await Promise.all([agent.end(), victims.end(), kernel.end()]);
  await population.end();
  return { exits: exits.slice(warmUps), floor: floor.slice(warmUps) };
}

/** Milliseconds from a request's first byte to the handler in the process that it signals. */
async function measureSignals(times: number, count: number, builder: Builder, cleanup: Cleanup): Promise<number[]> {
  const config = await builder.text("sexton.yaml", "targets: { app: { name: handler } }\n");
  const population = await populate(count, builder.c("sleepers.c"), cleanup);
  const handler = startProbe(population.among([compiled(builder, "handler.c")]), cleanup);
  const agent = await startAgent(population, ["--config", config], cleanup);
  const request = await openRequests(agent, cleanup, "POST /signal/reload?target=app&wait=0");
  await Bun.sleep(settleMs);

  const signals: number[] = [];
  for (let left = times + warmUps; left > 0; left--) {
    const handled = handler.ask("1");
    await anyMoment();
    const requestedAt = monotonic();
    const answered = request();
    const [handledAt = Number.NaN] = await within(handled, "the handler");
    await answered;
    signals.push((handledAt - requestedAt) / 1e6);
  }
  await Promise.all([agent.end(), handler.end()]);
  await population.end();
  return signals.slice(warmUps);
}

function compiled(builder: Builder, source: string): string {
  const program = builder.c(source);
  if (program === null) throw new Error("Cannot measure latency: there is no C compiler (cc)");
  return program;
}

/** At any moment of the watcher's tick, and when what came before is over. */
function anyMoment(): Promise<void> {
  return Bun.sleep(10 + Math.random() * 20);
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`Cannot measure: ${what} was not told within 5 s`)), 5_000);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
