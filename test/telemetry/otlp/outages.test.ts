import { describe, expect, test } from "bun:test";
import { type Agent, runBinary } from "../../support/binary.ts";
import { namespaceProblem } from "../../support/namespace.ts";
import { deliveryOf, makeSpans, memoryOf, startAlone, totalOf } from "../../support/otlp/agent.ts";
import type { Behaviour } from "../../support/otlp/behaviour.ts";
import { type Receiver, startReceiver, type Transport } from "../../support/otlp/receiver.ts";
import { eventually } from "../../support/poll.ts";

/** More than the queue of 2,048 holds together with what may be on its way, unless the machine is slow. */
const spans = 4_000;
/** Many times what fits: of these some are dropped on any machine. */
const manySpans = 30_000;
/** What the container of k8s/sidecar.yaml may have. */
const mostMemory = 128 * 1024;
const mostSeconds = 6;

interface Outage {
  readonly name: string;
  readonly transport: Transport;
  /** Nobody listens when it is missing. */
  readonly behaviour?: Behaviour;
  readonly lastError: RegExp;
}

const status = (code: 400 | 429 | 503, retryAfter?: number): Behaviour =>
  retryAfter === undefined ? { kind: "status", status: code } : { kind: "status", status: code, retryAfter };

const outages: readonly Outage[] = [
  { name: "is not there", transport: "http", lastError: /refused|Unable to connect/i },
  { name: "says nothing", transport: "http", behaviour: { kind: "hang" }, lastError: /timed out/ },
  { name: "answers 429, retry after 2 s", transport: "http", behaviour: status(429, 2), lastError: /retryable/ },
  { name: "answers 429, retry after 60 s", transport: "http", behaviour: status(429, 60), lastError: /retryable/ },
  { name: "answers 503", transport: "http", behaviour: status(503), lastError: /retryable/ },
  { name: "answers 400", transport: "http", behaviour: status(400), lastError: /400/ },
  { name: "is not there", transport: "grpc", lastError: /UNAVAILABLE/ },
  { name: "says nothing", transport: "grpc", behaviour: { kind: "hang" }, lastError: /DEADLINE_EXCEEDED/ },
  { name: "answers RESOURCE_EXHAUSTED", transport: "grpc", behaviour: status(429), lastError: /RESOURCE_EXHAUSTED/ },
  { name: "answers UNAVAILABLE", transport: "grpc", behaviour: status(503), lastError: /UNAVAILABLE/ },
];

async function prepare(transport: Transport, behaviour: Behaviour | undefined): Promise<Receiver> {
  const receiver = await startReceiver(transport);
  if (behaviour) receiver.behave(behaviour);
  else await receiver.close();
  return receiver;
}

function start(receiver: Receiver, transport: Transport, env: Record<string, string> = {}): Promise<Agent> {
  const protocol = transport === "grpc" ? "grpc" : "http/protobuf";
  return startAlone({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: protocol, ...env },
  });
}

/** Milliseconds by which timers of 20 ms came late since then: what a busy machine keeps from everybody. */
function watchLateness(): () => number {
  let late = 0;
  let expected = performance.now() + 20;
  const timer = setInterval(() => {
    late += Math.max(0, performance.now() - expected);
    expected = performance.now() + 20;
  }, 20);
  return () => {
    clearInterval(timer);
    return late;
  };
}

/** Ends it and looks at what an outage must not cost. */
async function stopInTime(name: string, agent: Agent): Promise<void> {
  const [peak, anonymous] = [await memoryOf(agent.pid, "VmHWM"), await memoryOf(agent.pid, "RssAnon")];
  const lateness = watchLateness();
  const stoppedAt = performance.now();
  expect(await agent.stop()).toBe(0);
  const seconds = (performance.now() - stoppedAt - lateness()) / 1_000;
  const [peakMiB, anonymousMiB] = [peak, anonymous].map((kib) => Math.round(kib / 1_024));
  console.log(`${name}: peak ${peakMiB} MiB, RssAnon ${anonymousMiB} MiB, exit after ${seconds.toFixed(2)} s`);
  expect(seconds).toBeLessThan(mostSeconds);
  expect(peak).toBeLessThan(mostMemory);
}

/** Counted to the last span, which no other process may add to. */
describe.skipIf(namespaceProblem !== null)("a collector that", () => {
  test.each(outages.map((outage) => [`${outage.name} (${outage.transport})`, outage] as const))(
    "%s costs nothing but what it does not take",
    async (name, { transport, behaviour, lastError }) => {
      await using receiver = await prepare(transport, behaviour);
      const agent = await start(receiver, transport);
      await makeSpans(agent, spans);
      // Nothing is uncounted: each span is lost, waiting or on its way.
      const { traces } = await deliveryOf(agent);
      expect(totalOf(traces)).toBe(spans);
      expect(traces).toMatchObject({ exported: 0, rejected: 0 });

      await eventually("the reason", async () => {
        const readyz = await agent.fetch("/readyz");
        expect(readyz.status).toBe(200);
        const lines = await readyz.text();
        expect(lines).toMatch(/^ok\ntelemetry: lost .*\d+ items of traces/);
        return lastError.test(lines) && ((await deliveryOf(agent)).traces?.failed ?? 0) > 0;
      });
      expect(totalOf((await deliveryOf(agent)).traces)).toBe(spans);
      expect(receiver.items.traces).toEqual([]);

      await stopInTime(name, agent);
      // It is told, but not line by line, and nothing of what the collector sends is.
      expect(agent.stderr()).toContain('msg="telemetry is lost"');
      expect(agent.stderr().trim().split("\n").length).toBeLessThan(15);
      expect(agent.stderr()).not.toContain("a body that must not be logged");
    },
  );

  test.each(["http", "grpc"] as const)("takes all gets all (%s)", async (transport) => {
    await using receiver = await startReceiver(transport);
    const agent = await start(receiver, transport);
    for (let made = 0; made < spans; made += 500) {
      await makeSpans(agent, 500);
      await eventually("room in the queue", async () => ((await deliveryOf(agent)).traces?.queued ?? 0) < 1_000);
    }
    await stopInTime(`takes all (${transport})`, agent);
    expect(receiver.items.traces).toHaveLength(spans);
  });

  test.each(["http", "grpc"] as const)("is slow gets what was waiting when sexton ends (%s)", async (transport) => {
    await using receiver = await prepare(transport, { kind: "slow", delayMs: 1_500 });
    const agent = await start(receiver, transport);
    await makeSpans(agent, spans);
    const { traces } = await deliveryOf(agent);
    await stopInTime(`is slow (${transport})`, agent);
    expect(receiver.items.traces).toHaveLength(spans - (traces?.dropped ?? 0) - (traces?.failed ?? 0));
  });

  test("says nothing does not hold sexton back beside an open stream", async () => {
    await using receiver = await prepare("http", { kind: "hang" });
    const agent = await start(receiver, "http");
    const stream = await agent.fetch("/events?follow=true");
    const reading = stream.arrayBuffer().catch(() => {});
    await makeSpans(agent, spans);
    await stopInTime("says nothing, with an open stream", agent);
    await reading;
  });

  test.each(["http", "grpc"] as const)(
    "may say nothing for a minute does not hold it back either (%s)",
    async (transport) => {
      await using receiver = await prepare(transport, { kind: "hang" });
      const agent = await start(receiver, transport, { OTEL_EXPORTER_OTLP_TIMEOUT: "60000" });
      await makeSpans(agent, 100);
      await stopInTime(`may say nothing for a minute (${transport})`, agent);
      expect(agent.stderr()).toContain('msg="telemetry is lost" signal="traces" items=100 reason="sexton ends"');
    },
  );

  test("says nothing does not hold back a start that fails", async () => {
    await using receiver = await prepare("http", { kind: "hang" });
    const startedAt = performance.now();
    // The receiver's own port is taken.
    const { code, err } = await runBinary(["serve", "--listen", new URL(receiver.endpoint).host], {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_TIMEOUT: "60000",
    });
    expect(err).toContain("Cannot listen");
    expect(code).not.toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  test("says nothing for long has no more memory in the end than at its beginning", async () => {
    await using receiver = await prepare("http", { kind: "hang" });
    const agent = await start(receiver, "http");
    const after: number[] = [];
    for (let round = 0; round < 6; round++) {
      await makeSpans(agent, manySpans / 6);
      after.push(await memoryOf(agent.pid, "RssAnon"));
    }
    console.log(`RssAnon as the load goes on: ${after.map((kib) => Math.round(kib / 1_024)).join(", ")} MiB`);
    expect(after.at(-1)).toBeLessThan(Math.max(...after.slice(0, 3)) + 16 * 1_024);
    const { traces } = await deliveryOf(agent);
    expect(totalOf(traces)).toBe(manySpans);
    expect(traces?.dropped).toBeGreaterThan(0);
    await stopInTime("says nothing for long", agent);
  }, 90_000);
});
