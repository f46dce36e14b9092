import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAgent } from "../support/binary.ts";
import { childOf } from "../support/child-of.ts";
import { createCrowd, followEvents } from "../support/crowd.ts";
import { createMemoryCgroup, isV1, memoryProblem } from "../support/memory-cgroup.ts";
import { createNamespace, namespaceProblem } from "../support/namespace.ts";
import { deliveryOf, memoryOf } from "../support/otlp/agent.ts";
import { startReceiver } from "../support/otlp/receiver.ts";
import { eventually } from "../support/poll.ts";

const problem = namespaceProblem ?? memoryProblem;
if (problem) console.warn(`Skipped test/system/fault-memory.test.ts: ${problem}`);
/** More for a run by hand. */
const seconds = Number(process.env["MEMORY_SECONDS"] ?? 60);
const limitBytes = 128 * 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), "sexton-fault-memory-"));
afterAll(() => rmSync(folder, { recursive: true }));

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

describe.skipIf(problem !== null)("a memory limit of 128 MiB", () => {
  test(
    `with 2,000 processes, 20 forks/s, 20 streams and OTLP, for ${seconds} s: not killed, and what it keeps stays the same`,
    async () => {
      const namespace = await createNamespace();
      await using _ = { [Symbol.asyncDispose]: namespace.close };
      const cgroup = createMemoryCgroup(limitBytes);
      await using receiver = await startReceiver();
      const crowd = createCrowd(namespace);
      const read = (v1: string, v2: string) => readFileSync(`${cgroup.path}/${isV1 ? v1 : v2}`, "utf8");
      const kills = () => Number(/oom_kill (\d+)/.exec(read("memory.oom_control", "memory.events"))?.[1]);
      const agent = await startAgent({
        wrapper: ["sh", "-c", `echo $$ >${cgroup.path}/cgroup.procs; exec "$@"`, "sh", ...namespace.enter],
        env: {
          // Nobody of the crowd ends by itself.
          SEXTON_SHUTDOWN_DELAY: "0s",
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
          OTEL_METRIC_EXPORT_INTERVAL: "10000",
        },
      });
      const pid = childOf(agent.pid);
      expect(cgroup.holds(pid)).toBe(true);
      await crowd.sleep(2_000);
      crowd.fork(20, 50, seconds + 5);
      const streams = Array.from({ length: 20 }, () => followEvents(agent.url));
      const anon: number[] = [];
      const startedAt = performance.now();
      for (let at = 0; at < seconds; at += 5) {
        await Bun.sleep(Math.max(0, startedAt + (at + 5) * 1_000 - performance.now()));
        const answers = await Promise.all(["/processes", "/metrics", "/zombies"].map((path) => agent.fetch(path)));
        for (const answer of answers) {
          expect(answer.status).toBe(200);
          await answer.arrayBuffer();
        }
        anon.push(await memoryOf(pid, "RssAnon"));
        // What was received is this process's memory.
        for (const items of Object.values(receiver.items)) items.length = 0;
        (receiver.requests as unknown[]).length = 0;
        const isMinute = (at + 5) % (seconds > 120 ? 60 : 15) === 0;
        const usage = Number(read("memory.usage_in_bytes", "memory.current"));
        if (isMinute) {
          const kept = `RssAnon ${anon.at(-1)} kB, VmHWM ${await memoryOf(pid, "VmHWM")} kB`;
          console.log(
            `${at + 5} s: ${kept}, cgroup ${Math.round(usage / 1024)} kB, events ${streams[0]?.bytes()} bytes`,
          );
        }
      }
      const third = Math.floor(anon.length / 3);
      const [early, late] = [median(anon.slice(third, 2 * third)), median(anon.slice(-third))];
      console.log(`RssAnon: second third ${early} kB, last third ${late} kB, most ${Math.max(...anon)} kB`);
      expect(kills()).toBe(0);
      expect(existsSync(`/proc/${pid}`)).toBe(true);
      expect(late).toBeLessThan(early * 1.25 + 4_000);
      expect(Math.max(...anon)).toBeLessThan(96_000);
      expect(streams.filter((stream) => stream.closed())).toEqual([]);
      expect(streams.every((stream) => stream.bytes() > seconds * 1_000)).toBe(true);
      const delivery = await deliveryOf(agent);
      expect(delivery["logs"]?.["exported"]).toBeGreaterThan(0);
      for (const stream of streams) stream.close();
      process.kill(pid, "SIGTERM");
      await eventually("it to end", () => !existsSync(`/proc/${pid}`));
      await agent.exited;
      await namespace.close();
      crowd.close();
      await cgroup.remove();
    },
    (seconds + 60) * 1_000,
  );
});
