import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { readSamples } from "../support/exposition.ts";
import { linesOf } from "../support/lines.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/metrics.test.ts: ${namespaceProblem}`);

type Samples = ReadonlyMap<string, number>;
const scrape = async (agent: Agent): Promise<Samples> => readSamples(await (await agent.fetch("/metrics")).text());
const sumOf = (samples: Samples, start: string) =>
  [...samples].reduce((sum, [series, value]) => (series.startsWith(start) ? sum + value : sum), 0);
const pidsIn = (samples: Samples) =>
  new Set([...samples.keys()].flatMap((series) => /\{pid="(\d+)"/.exec(series)?.[1] ?? []));

describe.skipIf(skip)("/metrics of the binary, in a PID namespace of its own", () => {
  let namespace: Namespace;
  beforeEach(async () => {
    namespace = await createNamespace();
  });
  afterEach(() => namespace.close());

  const start = (...args: string[]) => startAgent({ wrapper: namespace.enter, args });
  const run = async (script: string) => {
    const child = namespace.start(["sh", "-c", `${script}; echo done`]);
    await linesOf(child.stdout).waitFor("done");
    await child.exited;
  };
  /** Asks until a scrape has it: what was written serves for a second. */
  const eventuallyScraped = (agent: Agent, what: string, found: (samples: Samples) => boolean): Promise<Samples> =>
    eventually(what, async () => {
      const samples = await scrape(agent);
      return found(samples) ? samples : null;
    });
  const livingPids = async (agent: Agent) =>
    ((await agent.json("/processes"))["processes"] as Json[]).map(({ pid }) => `${pid}`).sort();

  test("10,000 processes that came and went leave the series of the living, and are counted", async () => {
    const agent = await start("--metrics-per-process", "all");
    const forks = (count: number) => `n=${count}; while [ $n -gt 0 ]; do (:); n=$((n-1)); done`;
    const counted = (samples: Samples) =>
      sumOf(samples, "sexton_process_starts_total") + sumOf(samples, "sexton_watch_unseen_ids_total");
    const settled = async (least: number) => {
      const living = await livingPids(agent);
      return eventuallyScraped(agent, "the storm to be over", (samples) => {
        return counted(samples) >= least && Bun.deepEquals([...pidsIn(samples)].sort(), living);
      });
    };
    // A few first: how they ended is a series too, the same for all.
    await run(forks(200));
    const before = await settled(200);
    await run(forks(10_000));
    const after = await settled(counted(before) + 10_000);
    const ownSeries = (samples: Samples) =>
      [...samples.keys()]
        .filter((series) => series.includes('{pid="') && !series.startsWith("sexton_process_state"))
        .sort();
    expect(ownSeries(after)).toEqual(ownSeries(before));
    // Another name that a shell had for a moment, or another way to end, at most: not one for each.
    expect(after.size - before.size).toBeLessThan(20);
    expect(sumOf(after, "sexton_process_exits_total")).toBeGreaterThan(sumOf(before, "sexton_process_exits_total"));
  });

  test("what ended processes have used stays in the sums", async () => {
    const agent = await start("--metrics-per-process", "off");
    const cpu = (samples: Samples) =>
      sumOf(samples, 'sexton_processes_cpu_seconds_total{container="",name="sh",mode="user"}');
    const before = cpu(await scrape(agent));
    // Nobody collects it before sexton has seen its end: its parent has become sleep by then.
    const burn = "n=0; while [ $n -lt 300000 ]; do n=$((n+1)); done";
    const parent = namespace.start(["sh", "-c", `sh -c '${burn}' & exec sleep 3`]);
    const used = await eventuallyScraped(agent, "CPU time", (samples) => cpu(samples) > before);
    await parent.exited;
    const later = await eventuallyScraped(agent, "its end", (samples) =>
      [...samples.keys()].some((series) => series.startsWith('sexton_process_exits_total{container="",name="sleep"')),
    );
    expect(cpu(later)).toBeGreaterThanOrEqual(cpu(used));
    expect([...pidsIn(later)]).toEqual([]);
  });

  test("ends and signals are counted by how", async () => {
    const agent = await start();
    const killed = namespace.start(["sleep", "1000"]);
    const { pid } = (await eventually("the process", async () =>
      ((await agent.json("/processes?name=sleep"))["processes"] as Json[]).find(({ ppid }) => ppid === 0),
    )) as Json;
    await agent.post(`/processes/${pid}/signal?wait=0`, { body: "KILL" });
    await agent.post("/processes/1/signal?wait=0", { body: "TERM" });
    await agent.post(`/processes/${pid}/signal?wait=0`, { body: "TERM" });
    await killed.exited;
    await run("sh -c 'sleep 0.3; exit 7'; true");
    const samples = await eventuallyScraped(
      agent,
      "the end to be counted",
      (all) =>
        all.has('sexton_process_exits_total{container="",name="sleep",reason="signaled",signal="SIGTERM"}') &&
        all.has('sexton_process_exits_total{container="",name="sh",reason="exited",code="7"}'),
    );
    expect(samples.get('sexton_signals_total{signal="SIGTERM",outcome="sent"}')).toBe(1);
    expect(samples.get('sexton_signals_total{signal="SIGKILL",outcome="signal-not-allowed"}')).toBe(1);
    expect(samples.get('sexton_signals_total{signal="SIGTERM",outcome="protected-process"}')).toBe(1);
  });

  test("all that it serves is in docs/metrics.md, also to a user without rights", async () => {
    const setpriv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const agent = await startAgent({
      wrapper: [...namespace.enter, ...setpriv],
      args: ["--metrics-per-process", "all"],
    });
    const page = readFileSync(join(import.meta.dir, "../../docs/metrics.md"), "utf8");
    const text = await (await agent.fetch("/metrics")).text();
    const served = [...text.matchAll(/^# HELP (\S+) /gm)].map(([, name]) => name as string);
    expect(served.length).toBeGreaterThan(30);
    expect(served.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
    expect(text).toContain('sexton_process_threads{pid="1",name="sh",container=""} 1\n');
    expect(text).toContain('sexton_process_max_fds{pid="1"');
  });

  test("SIGHUP takes another choice of processes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sexton-metrics-"));
    const file = join(folder, "sexton.yaml");
    writeFileSync(file, "metrics: { perProcess: top, top: 1 }\n");
    const agent = await start("--config", file);
    expect(pidsIn(await scrape(agent)).size).toBeWithin(1, 3);
    writeFileSync(file, "metrics:\n  perProcess: off\n");
    process.kill(await ownPid(agent), "SIGHUP");
    await eventuallyScraped(agent, "no process of its own", (samples) => pidsIn(samples).size === 0);
    rmSync(folder, { recursive: true });
  });
});

/** nsenter waits for what it starts, and that is what is to be signalled. */
async function ownPid({ pid }: Agent): Promise<number> {
  const children = await Bun.file(`/proc/${pid}/task/${pid}/children`).text();
  return Number(children.trim().split(" ")[0] || pid);
}
