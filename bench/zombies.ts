import { type Agent, startAgent } from "./support/agent.ts";
import { createBuilder } from "./support/build.ts";
import { createCleanup } from "./support/cleanup.ts";
import { monotonic } from "./support/clock.ts";
import {
  type Check,
  formatTable,
  judge,
  median,
  medianRatio,
  percentile,
  under,
  wholeArgument,
} from "./support/figures.ts";
import { type Population, populate } from "./support/population.ts";
import { type Probe, startProbe } from "./support/probe.ts";

const defaultRounds = 200;
const warmUps = 5;
const bystanders = 20;
/** Zombies at once, and how many times fewer rounds there are with so many. */
const batches = [
  { zombies: 1, fewer: 1 },
  { zombies: 100, fewer: 4 },
  { zombies: 1_000, fewer: 13 },
];
const calls = ["epoll_wait", "nanosleep"];
/** What kernel/adopt has a thread collect at most before it lets it go. */
const mostPerVisit = 16;
const listed = { zombies: 1_000, rounds: 21 };
/** sexton answers from a table that is up to 250 ms old: with this in between, each request makes it scan. */
const pauseMs = 300;
const budget = { timesC: 4, timesProcesses: 3 };

/** What one way of collecting a batch took, round by round. */
interface Costs {
  readonly stoppedUs: number[];
  readonly borrowedUs: number[];
  readonly wallMs: number[];
}

interface Measured {
  readonly call: string;
  readonly zombies: number;
  readonly sexton: Costs;
  readonly c: Costs;
}

/** A parent, and who has its children collected. */
interface Way {
  readonly parent: Probe;
  readonly collect: (children: readonly number[], costs: Costs) => Promise<void>;
}

/**
 * How long adoption stops a parent, against the same calls of ptrace(2) in C, and what a list of zombies costs. Argument:
 * how many rounds with one zombie.
 */
export async function zombies(args: readonly string[]): Promise<boolean> {
  const rounds = wholeArgument(args, defaultRounds, "how many rounds with one zombie");
  await using cleanup = createCleanup();
  const builder = createBuilder(cleanup);
  const [parent, adopt] = [builder.c("forgetful.c"), builder.c("adopt.c")];
  if (parent === null || adopt === null) throw new Error("Cannot measure zombies: there is no C compiler (cc)");
  const sleepers = builder.c("sleepers.c");
  const population = await populate(bystanders, sleepers, cleanup);
  // C has a namespace of its own: sexton would hear of each that it collects, and be in its way.
  const other = await populate(bystanders, sleepers, cleanup);
  requireIsolation(population);
  const agent = await startAgent(population, [], cleanup);
  const tracer = startProbe(other.among([adopt]), cleanup);

  const measured: Measured[] = [];
  for (const call of calls) {
    const ours = startProbe(population.among([parent, call]), cleanup);
    const theirs = startProbe(other.among([parent, call]), cleanup);
    const [pid = 0] = await theirs.ask("pid 1");
    const ways = { sexton: bySexton(agent, ours), c: byTracer(tracer, theirs, pid) };
    for (const { zombies, fewer } of batches) {
      measured.push({ call, zombies, ...(await measure(ways, zombies, Math.ceil(rounds / fewer))) });
    }
    await Promise.all([ours.end(), theirs.end()]);
  }
  console.log(`\n${report(measured)}\n`);
  const lists = await measureLists(agent, startProbe(population.among([parent]), cleanup));
  console.log(`${listed.zombies} zombies\n${listReport(lists)}\n`);
  return judge([...measured.map(checkOf), listCheck(lists)]);
}

/** Nobody else's processes are to be attached to, by whatever mistake. */
function requireIsolation({ isolated }: Population): void {
  if (!isolated)
    throw new Error("Cannot measure zombies: a PID namespace of their own takes root, unshare and nsenter");
}

async function measure(ways: { sexton: Way; c: Way }, zombies: number, rounds: number) {
  const costs = { sexton: noCosts(), c: noCosts() };
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of round % 2 === 0 ? (["sexton", "c"] as const) : (["c", "sexton"] as const)) {
      const { parent, collect } = ways[name];
      const children = await parent.ask(`${zombies}`);
      // What the watcher has to tell of so many is not to be in it.
      await Bun.sleep(zombies === 1 ? 10 + Math.random() * 20 : pauseMs);
      await collect(children, round < 0 ? noCosts() : costs[name]);
      const [left] = await parent.ask("left 1");
      if (left !== 0) throw new Error(`Cannot measure: ${name} has left some of ${zombies} zombies`);
    }
  }
  return costs;
}

const noCosts = (): Costs => ({ stoppedUs: [], borrowedUs: [], wallMs: [] });

function bySexton({ url }: Agent, parent: Probe): Way {
  const collect: Way["collect"] = async (children, { stoppedUs, borrowedUs, wallMs }) => {
    const body = JSON.stringify({ strategy: "adopt", minAgeSeconds: 0, pids: children });
    const headers = { "content-type": "application/json" };
    const start = monotonic();
    const response = await fetch(`${url}/zombies/reap`, { method: "POST", headers, body });
    const { results } = (await response.json()) as { results: { outcome: string; detail: string }[] };
    wallMs.push((monotonic() - start) / 1e6);
    const other = results.find(({ outcome }) => outcome !== "reaped");
    if (other) throw new Error(`Cannot measure: ${other.detail}`);
    const events = await fetch(`${url}/events?types=zombie.remedy&limit=1`);
    const { data } = ((await events.json()) as { events: { data: Record<string, number> }[] }).events[0] ?? {};
    stoppedUs.push(data?.["stoppedMicros"] ?? Number.NaN);
    borrowedUs.push(data?.["borrowedMicros"] ?? Number.NaN);
  };
  return { parent, collect };
}

function byTracer(tracer: Probe, parent: Probe, pid: number): Way {
  const collect: Way["collect"] = async (children, { stoppedUs, borrowedUs, wallMs }) => {
    const answer = await tracer.ask(`${pid} ${children.join(" ")} 4`);
    const [collected, stopped = Number.NaN, borrowed = Number.NaN, wall = Number.NaN] = answer;
    if (collected !== children.length) throw new Error(`Cannot measure: adopt.c collected ${collected}`);
    stoppedUs.push(stopped / 1e3);
    borrowedUs.push(borrowed / 1e3);
    wallMs.push(wall / 1e6);
  };
  return { parent, collect };
}

function report(measured: readonly Measured[]): string {
  const titles = ["stopped us a visit", "p99", "a zombie", "borrowed", "request ms", "p99", "C: a visit", "p99", "x C"];
  return formatTable([
    ["a parent in", "zombies", ...titles],
    ...measured.map(({ call, zombies, sexton, c }) => {
      const visits = Math.ceil(zombies / mostPerVisit);
      return [
        call,
        `${zombies}`,
        (median(sexton.stoppedUs) / visits).toFixed(0),
        (percentile(sexton.stoppedUs, 99) / visits).toFixed(0),
        (median(sexton.stoppedUs) / zombies).toFixed(1),
        (median(sexton.borrowedUs) / zombies).toFixed(1),
        median(sexton.wallMs).toFixed(2),
        percentile(sexton.wallMs, 99).toFixed(2),
        (median(c.stoppedUs) / visits).toFixed(0),
        (percentile(c.stoppedUs, 99) / visits).toFixed(0),
        medianRatio(sexton.stoppedUs, c.stoppedUs).toFixed(2),
      ];
    }),
  ]);
}

function checkOf({ call, zombies, sexton, c }: Measured): Check {
  return {
    text: `${zombies} of a parent in ${call}, stopped under ${budget.timesC} times as long as by C`,
    value: medianRatio(sexton.stoppedUs, c.stoppedUs),
    unit: "",
    kept: under(budget.timesC),
  };
}

interface List {
  readonly path: string;
  readonly wallMs: number[];
  bytes: number;
}

/** `GET /zombies` beside `GET /processes`, which lists as many and a few more. */
async function measureLists({ url }: Agent, probe: Probe): Promise<List[]> {
  const lists = ["/zombies", "/processes"].map((path): List => ({ path, wallMs: [], bytes: 0 }));
  await probe.ask(`${listed.zombies}`);
  for (let round = -warmUps; round < listed.rounds; round++) {
    for (const list of round % 2 === 0 ? lists : lists.toReversed()) {
      await Bun.sleep(pauseMs);
      const start = monotonic();
      const response = await fetch(`${url}${list.path}`);
      list.bytes = (await response.arrayBuffer()).byteLength;
      if (round >= 0) list.wallMs.push((monotonic() - start) / 1e6);
    }
  }
  await probe.end();
  return lists;
}

function listReport(lists: readonly List[]): string {
  return formatTable([
    ["", "median ms", "p99 ms", "KB"],
    ...lists.map(({ path, wallMs, bytes }) => [
      `GET ${path}`,
      median(wallMs).toFixed(1),
      percentile(wallMs, 99).toFixed(1),
      (bytes / 1024).toFixed(0),
    ]),
  ]);
}

function listCheck([own, all]: readonly List[]): Check {
  return {
    text: `GET /zombies under ${budget.timesProcesses} times as long as GET /processes`,
    value: own && all ? medianRatio(own.wallMs, all.wallMs) : Number.NaN,
    unit: "",
    kept: under(budget.timesProcesses),
  };
}
