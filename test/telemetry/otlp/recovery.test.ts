import { describe, expect, test } from "bun:test";
import { namespaceProblem } from "../../support/namespace.ts";
import { deliveryOf, makeSpans, requestSpans, startAlone } from "../../support/otlp/agent.ts";
import { startReceiver } from "../../support/otlp/receiver.ts";
import { eventually } from "../../support/poll.ts";

const onlyTraces = { OTEL_METRICS_EXPORTER: "none", OTEL_LOGS_EXPORTER: "none", OTEL_BSP_SCHEDULE_DELAY: "50" };

/** Counted to the last span, which no other process may add to. */
describe.skipIf(namespaceProblem !== null).each(["http/protobuf", "http/json", "grpc"])("by %s", (protocol) => {
  const transport = protocol === "grpc" ? "grpc" : "http";

  test("an outage that ends costs what came meanwhile, and is told at both ends", async () => {
    await using receiver = await startReceiver(transport);
    const agent = await startAlone({
      env: {
        ...onlyTraces,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_TIMEOUT: "1000",
      },
    });
    await makeSpans(agent, 3);
    await eventually("the first spans", () => requestSpans(receiver).length === 3);
    await receiver.close();
    await makeSpans(agent, 4);
    await eventually("their loss", async () => (await deliveryOf(agent)).traces?.failed === 4);
    expect(agent.stderr()).toContain('msg="telemetry is lost" signal="traces"');
    await receiver.open();
    await eventually("spans to arrive again", async () => {
      await makeSpans(agent, 1);
      return requestSpans(receiver).length > 3;
    });
    await eventually("the good news", () => agent.stderr().includes('msg="telemetry is sent again" signal="traces"'));
    expect(await agent.stop()).toBe(0);
  });

  // gRPC says so in RetryInfo, which the SDK does not hand on.
  if (transport === "http") {
    test("a collector that asks to be left alone is", async () => {
      await using receiver = await startReceiver(transport);
      receiver.behave({ kind: "status", status: 503, retryAfter: 4 });
      const agent = await startAlone({
        env: {
          ...onlyTraces,
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        },
      });
      await makeSpans(agent, 3);
      await eventually("the refusal", async () => (await deliveryOf(agent)).traces?.failed === 3);
      receiver.behave({ kind: "take" });
      // At 50 ms for each batch they would have been sent long before.
      for (let round = 0; round < 10; round++) await makeSpans(agent, 1);
      await eventually("them to wait", async () => (await deliveryOf(agent)).traces?.queued === 10);
      await eventually("what has waited", () => requestSpans(receiver).length === 10);
      const [refused, taken, ...more] = receiver.requests.map(({ receivedAt }) => receivedAt);
      expect(more).toEqual([]);
      expect((taken ?? 0) - (refused ?? 0)).toBeGreaterThan(3_900);
      expect(await agent.stop()).toBe(0);
    });
  }

  test("what a collector refuses of a batch is counted as that", async () => {
    await using receiver = await startReceiver(transport);
    receiver.behave({ kind: "reject", items: 2 });
    const agent = await startAlone({
      env: {
        ...onlyTraces,
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_BSP_SCHEDULE_DELAY: "1000",
      },
    });
    await makeSpans(agent, 10);
    await eventually("the answer", async () => (await deliveryOf(agent)).traces?.queued === 0);
    const { rejected, ...others } = (await deliveryOf(agent)).traces ?? { rejected: 0 };
    expect(rejected).toBe(2 * receiver.requests.length);
    expect(others).toMatchObject({ exported: 10 - rejected, failed: 0, dropped: 0 });
    expect(await agent.stop()).toBe(0);
  });
});
