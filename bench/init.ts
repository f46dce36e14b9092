import { imageEnv } from "./support/agent.ts";
import { createBuilder } from "./support/build.ts";
import { createCleanup } from "./support/cleanup.ts";
import {
  atLeast,
  formatTable,
  judge,
  median,
  medianRatio,
  percentile,
  under,
  wholeArgument,
} from "./support/figures.ts";
import { until } from "./support/program.ts";
import { childrenOf, memoryUse } from "./support/usage.ts";

const defaultRounds = 60;
const warmUps = 3;
const forwards = 500;
const orphans = 5_000;
const orphanRounds = 3;
const settleMs = 3_000;
/** Of memory and latency there is no telling beforehand; of the rest no more than what an app's start can bear. */
const budget = { startMs: 25, rssAnonMB: 6, latencyP50Us: 200, orphansShare: 0.5 };

interface Init {
  readonly name: string;
  readonly argv: readonly string[];
}

interface Measured {
  readonly init: Init;
  readonly startMs: number[];
  readonly latencyUs: number[];
  readonly orphansPerSecond: number[];
  rssAnonMB: number;
}

/** What an init costs, beside those that it stands in for. Argument: rounds of starting `true`. */
export async function init(args: readonly string[]): Promise<boolean> {
  const rounds = wholeArgument(args, defaultRounds, "how many times to start");
  await using cleanup = createCleanup();
  const builder = createBuilder(cleanup);
  const child = builder.c("init-child.c");
  if (child === null) throw new Error("Cannot measure: there is no C compiler");
  const measured = inits(await builder.binary("../src/main.ts")).map(
    (each): Measured => ({ init: each, startMs: [], latencyUs: [], orphansPerSecond: [], rssAnonMB: Number.NaN }),
  );
  const inFront = measured.filter(({ init }) => init.argv.length > 0);
  // Interleaved, so that all meet the same machine.
  for (let round = -warmUps; round < rounds; round++) {
    for (const { init, startMs } of measured) {
      const start = performance.now();
      await run([...init.argv, "/bin/true"]);
      if (round >= 0) startMs.push(performance.now() - start);
    }
  }
  for (const each of inFront) each.rssAnonMB = await idleMemory(each.init);
  for (let round = 0; round < 4; round++) {
    for (const { init, latencyUs } of inFront) latencyUs.push(...(await latencies(init, child, forwards / 4)));
  }
  for (let round = 0; round < orphanRounds; round++) {
    for (const { init, orphansPerSecond } of inFront) {
      orphansPerSecond.push(orphans / (Number(await run([...init.argv, child, "orphans", `${orphans}`])) / 1e3));
    }
  }
  console.log(`${report(measured)}\n`);
  return judge(checks(measured));
}

function inits(sexton: string): Init[] {
  const found = (name: string, options: readonly string[]) => {
    const path = Bun.which(name);
    if (path === null) console.log(`No ${name}: the comparison with it is left out`);
    return path === null ? [] : [{ name, argv: [path, ...options] }];
  };
  return [
    { name: "none", argv: [] },
    ...found("tini", ["-s", "--"]),
    ...found("dumb-init", ["--"]),
    ...found("catatonit", ["--"]),
    { name: "sexton init --no-api", argv: [sexton, "init", "-s", "--no-api", "--"] },
    { name: "sexton init", argv: [sexton, "init", "-s", "--"] },
  ];
}

/** An agent beside the child, if there is one, listens where it is in nobody's way. */
const env = { ...imageEnv(), SEXTON_LISTEN: "127.0.0.1:0" };

/** Pid 1 of a namespace of its own where that can be had, since dumb-init is no subreaper; what it printed. */
async function run(argv: readonly string[]): Promise<string> {
  const child = Bun.spawn(argv.includes("orphans") ? [...isolation, ...argv] : [...argv], {
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  const [text, code] = await Promise.all([child.stdout.text(), child.exited]);
  if (code !== 0) throw new Error(`Cannot measure: ${argv.join(" ")} ended with ${code}`);
  return text;
}

const isolation =
  process.geteuid?.() === 0
    ? ["unshare", "--pid", "--fork", "--mount-proc"]
    : ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];

async function idleMemory({ argv }: Init): Promise<number> {
  const child = Bun.spawn([...argv, "sleep", "60"], { env, stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  try {
    await until(
      "the start of sleep",
      () => "",
      () => childrenOf(child.pid)[0],
    );
    await Bun.sleep(settleMs);
    return memoryUse(child.pid).rssAnonMB;
  } finally {
    child.kill("SIGTERM");
    await child.exited;
  }
}

async function latencies({ argv }: Init, program: string, count: number): Promise<number[]> {
  const child = Bun.spawn([...argv, program, "latency", `${count}`], {
    env,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  // The agent beside it has started by then, and it is the idle one that is measured.
  await Bun.sleep(1_000);
  const values: number[] = [];
  let text = "";
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let round = 0; round < count; round++) {
    child.stdin.write("\n");
    await child.stdin.flush();
    while (text.split("\n").length < round + 2) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`Cannot measure: ${argv.join(" ")} forwarded no signal`);
      text += value;
    }
    // Apart, as signals of a day are.
    await Bun.sleep(2);
  }
  await child.exited;
  values.push(...text.trim().split("\n").map(Number));
  return values;
}

function report(measured: readonly Measured[]): string {
  const bare = measured[0]?.startMs ?? [];
  const rows = measured.map(({ init, startMs, rssAnonMB, latencyUs, orphansPerSecond }) => [
    init.name,
    median(startMs).toFixed(2),
    medianRatio(startMs, bare).toFixed(1),
    number(rssAnonMB, 1),
    number(percentile(latencyUs, 50), 0),
    number(percentile(latencyUs, 90), 0),
    number(median(orphansPerSecond), 0),
  ]);
  const titles = ["init", "exec+exit ms", "x none", "RssAnon MB", "forward p50 us", "p90 us", "orphans/s"];
  return formatTable([titles, ...rows]);
}

function number(value: number, digits: number): string {
  return Number.isNaN(value) ? "-" : value.toFixed(digits);
}

function checks(measured: readonly Measured[]) {
  const ours = measured.find(({ init }) => init.name === "sexton init --no-api");
  const tini = measured.find(({ init }) => init.name === "tini");
  const share = ours && tini ? median(ours.orphansPerSecond) / median(tini.orphansPerSecond) : Number.NaN;
  return [
    {
      text: `a start under ${budget.startMs} ms`,
      value: median(ours?.startMs ?? []),
      unit: " ms",
      kept: under(budget.startMs),
    },
    {
      text: `RssAnon without the agent under ${budget.rssAnonMB} MB`,
      value: ours?.rssAnonMB ?? Number.NaN,
      unit: " MB",
      kept: under(budget.rssAnonMB),
    },
    {
      text: `a signal forwarded in under ${budget.latencyP50Us} us`,
      value: percentile(ours?.latencyUs ?? [], 50),
      unit: " us",
      kept: under(budget.latencyP50Us),
    },
    {
      text: `orphans at ${budget.orphansShare} of tini's rate or more`,
      value: share,
      unit: "",
      kept: atLeast(budget.orphansShare),
    },
  ];
}
