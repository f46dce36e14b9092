import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Json, startAgent } from "../support/binary.ts";
import { cause, randomFrom } from "../support/chaos.ts";
import { childOf, goOn } from "../support/child-of.ts";
import { createCrowd, type followEvents } from "../support/crowd.ts";
import { type ChaosApp, configOf, mischiefs } from "../support/mischiefs.ts";
import { createNamespace, namespaceProblem } from "../support/namespace.ts";
import { memoryOf } from "../support/otlp/agent.ts";
import { startReceiver } from "../support/otlp/receiver.ts";
import { compileParent } from "../support/parent.ts";
import { eventually } from "../support/poll.ts";
import { inhabitants, openFilesOf } from "../support/population.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/chaos.test.ts: ${namespaceProblem}`);
/** By hand it may be half an hour. */
const seconds = Number(process.env["CHAOS_SECONDS"] ?? 30);
/** What went wrong once is done again with its seed, as far as the machine does the same. CI always has the same. */
const seed = Number(process.env["CHAOS_SEED"] ?? (process.env["CI"] ? 6 : Math.floor(Math.random() * 2 ** 32)));

/** Half of what a container of 128 MiB has: what is compiled and the heap do not shrink to what they were at the start. */
const mostKb = 64 * 1024;

const folder = mkdtempSync(join(tmpdir(), "sexton-chaos-"));
afterAll(() => rmSync(folder, { recursive: true }));

function killIfThere(pid: number, signal: NodeJS.Signals = "SIGKILL") {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

describe.skipIf(skip)("chaos", () => {
  test(
    `of ${seconds} s, seed ${seed}: the table is right in the end, nothing is leaked, nobody is left stopped or traced`,
    async () => {
      console.log(`CHAOS_SEED=${seed} CHAOS_SECONDS=${seconds}`);
      const random = randomFrom(seed);
      const namespace = await createNamespace();
      // Also where it fails: what is left would go on for good.
      await using _ = { [Symbol.asyncDispose]: namespace.close };
      const parents = compileParent();
      const crowd = createCrowd(namespace);
      await using receiver = await startReceiver();
      const handler = "trap : HUP; while :; do sleep 1000 & wait $!; kill $! 2>/dev/null; done";
      const start = () => namespace.start(["sh", "-c", handler, "chaos-app"]);
      const outside: ChaosApp = { isHttpUp: true, start, process: start() };
      using app = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch: () => new Response("", { status: outside.isHttpUp ? 200 : 500 }),
      });
      const watched = join(folder, "app.conf");
      const config = join(folder, "sexton.yaml");
      const url = `http://127.0.0.1:${app.port}/`;
      writeFileSync(watched, "0");
      writeFileSync(config, configOf(watched, url, "1s"));
      await crowd.sleep(50);
      const agent = await startAgent({
        wrapper: namespace.enter,
        args: ["--config", config],
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
          OTEL_METRIC_EXPORT_INTERVAL: "2000",
          OTEL_BSP_SCHEDULE_DELAY: "500",
          OTEL_BLRP_SCHEDULE_DELAY: "500",
        },
      });
      const pid = childOf(agent.pid);
      const tableOf = async () =>
        ((await agent.json("/processes"))["processes"] as Json[]).map(({ id }) => id as string).toSorted();
      await eventually("it to settle", async () => (await tableOf()).length > 50);
      await Bun.sleep(1_000);
      const before = { ...openFilesOf(pid), anon: await memoryOf(pid, "RssAnon") };

      const started: Bun.Subprocess[] = [];
      const streams: ReturnType<typeof followEvents>[] = [];
      const asked: Promise<unknown>[] = [];
      /** Answers come later, and whatever they are, they are HTTP. */
      const ask = (path: string, init?: RequestInit) => {
        const answer = agent
          .fetch(path, { ...init, signal: AbortSignal.timeout(20_000) })
          .then(async (response) => {
            await response.arrayBuffer();
            return response.status >= 500 && response.status !== 503 ? `${path}: ${response.status}` : null;
          })
          .catch((reason) => `${path}: ${reason}`);
        asked.push(answer);
      };
      const victim = () =>
        random.pick(
          inhabitants(pid).filter(({ outside, id, state }) => outside !== pid && !id.startsWith("1-") && state !== "Z"),
        );
      const kill = (signal: NodeJS.Signals) => {
        const found = victim();
        if (found) killIfThere(found.outside, signal);
      };

      const done = await cause(
        mischiefs({
          namespace,
          crowd,
          parents,
          receiver,
          agent,
          pid,
          random,
          started,
          streams,
          watched,
          config,
          url,
          app: outside,
          ask,
          kill,
        }),
        random,
        seconds,
      );
      console.log(JSON.stringify(done));

      for (const stream of streams.splice(0)) stream.close();
      receiver.behave({ kind: "take" });
      await receiver.open();
      expect((await Promise.all(asked)).filter((problem) => problem !== null)).toEqual([]);
      writeFileSync(config, configOf(watched, url, "1s"));
      process.kill(pid, "SIGHUP");
      writeFileSync(watched, "the last");
      outside.isHttpUp = true;
      await eventually(
        "the last change to have arrived",
        async () => {
          const watches: Json[] = (await agent.json("/reloads"))["watches"];
          return watches.find(({ name }) => name === "http")?.["pending"] === null;
        },
        90_000,
      );

      expect(inhabitants(pid).filter(({ state, tracer }) => /^[Tt]$/.test(state) || tracer !== 0)).toEqual([]);
      let differences: unknown = null;
      await eventually(
        "the table to be what /proc has",
        async () => {
          const [there, table] = [inhabitants(pid).map(({ id }) => id), await tableOf()];
          const known = new Set(table);
          const missing = there.filter((id) => !known.has(id));
          const extra = table.filter((id) => !there.includes(id));
          differences = { missing, extra };
          return missing.length + extra.length === 0;
        },
        20_000,
      ).catch((reason) => {
        throw new Error(`${reason}: ${JSON.stringify(differences)}`);
      });

      // Now everybody goes, and what was kept of them is to go with them.
      for (const { outside, id, ppid } of inhabitants(pid)) {
        if (outside !== pid && !id.startsWith("1-") && ppid > 0) killIfThere(outside);
      }
      await eventually("the streams to be gone", async () => {
        const text = await (await agent.fetch("/metrics")).text();
        return /^sexton_event_streams 0$/m.test(text);
      });
      await eventually(
        "a pidfd for each who is there, and no more",
        () => openFilesOf(pid).pidfds <= inhabitants(pid).length + 1,
        30_000,
      );
      await eventually(
        "what else is open to be as before",
        () => openFilesOf(pid).others <= before.others + 8,
        30_000,
      ).catch((reason) => {
        throw new Error(`${reason}: before ${before.links.join(" ")}; now ${openFilesOf(pid).links.join(" ")}`);
      });
      let anon = 0;
      const isGivenBack = async () => {
        anon = await memoryOf(pid, "RssAnon");
        return anon < mostKb;
      };
      await eventually("the memory to be given back", isGivenBack, 60_000).catch((reason) => {
        throw new Error(`${reason}: RssAnon ${before.anon} kB before, ${anon} kB after`);
      });
      console.log(
        `RssAnon ${before.anon} kB before, ${anon} kB after; open ${before.others} before, ${openFilesOf(pid).others} after`,
      );
      expect((await agent.fetch("/livez")).status).toBe(200);
      expect((await agent.fetch("/readyz")).status).toBe(200);
      expect(agent.stderr()).not.toMatch(/an event listener failed|a request failed|a remedy for zombies failed/);
      process.kill(pid, "SIGTERM");
      const end: { code?: number } = {};
      void agent.exited.then((code) => Object.assign(end, { code }));
      await eventually("it to end", () => {
        goOn(agent.pid);
        return end.code !== undefined;
      });
      expect(end.code).toBe(0);
      crowd.close();
      parents.close();
    },
    (seconds + 200) * 1_000,
  );
});
