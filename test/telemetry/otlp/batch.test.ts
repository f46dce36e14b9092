import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createBatch } from "#telemetry/otlp/batch.ts";
import { eventually } from "../../support/poll.ts";

/** An exporter whose answers the test gives. */
function heldExporter() {
  const sent: number[][] = [];
  const answers: ((taken: boolean) => void)[] = [];
  let dropped = 0;
  return {
    sent,
    dropped: () => dropped,
    send: (items: number[]) => {
      sent.push(items);
      return new Promise<boolean>((resolve) => answers.push(resolve));
    },
    onDrop: (count: number) => {
      dropped += count;
    },
    /** To all that is on its way, or to all but so many that were sent first. */
    async answer(taken: boolean, butFirst = 0) {
      for (const resolve of answers.splice(butFirst)) resolve(taken);
      await Bun.sleep(0);
    },
  };
}

const hour = 3_600_000;
const limits = { maxQueueSize: 6, maxExportBatchSize: 2, scheduleDelayMs: hour };
const offer = (batch: { offer(item: number): void }, count: number) => {
  for (let item = 0; item < count; item++) batch.offer(item);
};

describe("createBatch()", () => {
  test("sends a full batch at once, and one at a time", async () => {
    const exporter = heldExporter();
    const batch = createBatch(limits, exporter.send, exporter.onDrop);
    offer(batch, 5);
    expect(exporter.sent).toEqual([[0, 1]]);
    await exporter.answer(true);
    expect(exporter.sent).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(batch.waiting()).toBe(1);
  });

  test("sends what does not fill a batch after the delay", async () => {
    const exporter = heldExporter();
    const batch = createBatch({ ...limits, scheduleDelayMs: 5 }, exporter.send, exporter.onDrop);
    batch.offer(7);
    expect(exporter.sent).toEqual([]);
    await eventually("the batch", () => exporter.sent.length === 1);
    expect(exporter.sent).toEqual([[7]]);
  });

  test("rests for the delay after a failure, even with a full batch", async () => {
    const exporter = heldExporter();
    const batch = createBatch({ ...limits, scheduleDelayMs: 20 }, exporter.send, exporter.onDrop);
    offer(batch, 5);
    await exporter.answer(false);
    batch.offer(5);
    expect(exporter.sent).toHaveLength(1);
    await eventually("the next batch", () => exporter.sent.length === 2);
  });

  test("rests for as long as a collector has asked for, if that is longer, and then goes on", async () => {
    const exporter = heldExporter();
    const until = performance.now() + 60;
    const quick = { ...limits, scheduleDelayMs: 1 };
    const batch = createBatch(quick, exporter.send, exporter.onDrop, () => until - performance.now());
    offer(batch, 2);
    await exporter.answer(false);
    offer(batch, 4);
    await eventually("the next batch", () => exporter.sent.length === 2);
    expect(performance.now()).toBeGreaterThan(until - 5);
    await exporter.answer(true);
    expect(exporter.sent).toHaveLength(3);
  });

  test("drops what does not fit, and says how much", () => {
    const exporter = heldExporter();
    const batch = createBatch(limits, exporter.send, exporter.onDrop);
    offer(batch, 20);
    expect(batch.waiting()).toBe(6);
    expect(exporter.dropped()).toBe(20 - 2 - 6);
  });

  test("flushes all batches at once, and waits for what was on its way", async () => {
    const exporter = heldExporter();
    const batch = createBatch(limits, exporter.send, exporter.onDrop);
    offer(batch, 7);
    let flushed = false;
    const flush = batch.flush().then(() => {
      flushed = true;
    });
    expect(exporter.sent.map(({ length }) => length)).toEqual([2, 2, 2, 1]);
    expect(batch.waiting()).toBe(0);
    await exporter.answer(true, 1);
    expect(flushed).toBe(false);
    await exporter.answer(true);
    await flush;
  });

  test("flushes during an outage add nothing to what is on its way", async () => {
    const exporter = heldExporter();
    const batch = createBatch(limits, exporter.send, exporter.onDrop);
    offer(batch, 7);
    const flushes = [batch.flush()];
    for (let round = 0; round < 10; round++) {
      offer(batch, 1);
      flushes.push(batch.flush());
    }
    expect(exporter.sent).toHaveLength(4);
    const ended = Promise.all(flushes);
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    while (!isOver) await exporter.answer(false);
    expect(exporter.sent.flat()).toHaveLength(7 + 6);
    expect(exporter.dropped()).toBe(4);
  });

  test("does not wait for a flush when it shuts down, and drops what comes after", async () => {
    const exporter = heldExporter();
    const batch = createBatch(limits, exporter.send, exporter.onDrop);
    batch.offer(1);
    void batch.flush();
    batch.offer(2);
    const closed = batch.shutdown();
    expect(exporter.sent).toEqual([[1], [2]]);
    batch.offer(3);
    expect(exporter.dropped()).toBe(1);
    await exporter.answer(true);
    await closed;
  });

  test("an empty queue sends nothing, whatever is asked of it", async () => {
    const exporter = heldExporter();
    const batch = createBatch({ ...limits, scheduleDelayMs: 5 }, exporter.send, exporter.onDrop);
    batch.offer(1);
    const flush = batch.flush();
    await exporter.answer(true);
    await flush;
    await Bun.sleep(20);
    await batch.shutdown();
    expect(exporter.sent).toEqual([[1]]);
  });

  test("loses track of nothing: offered is sent, waiting or dropped, and the queue is bounded", () => {
    const step = fc.oneof(
      fc.record({ offer: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ answer: fc.boolean() }),
      fc.constant({ flush: true }),
    );
    return fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const exporter = heldExporter();
        const batch = createBatch(limits, exporter.send, exporter.onDrop);
        let offered = 0;
        for (const one of steps) {
          if ("offer" in one) {
            offer(batch, one.offer);
            offered += one.offer;
          } else if ("answer" in one) await exporter.answer(one.answer);
          else void batch.flush();
          expect(exporter.sent.flat().length + batch.waiting() + exporter.dropped()).toBe(offered);
          expect(batch.waiting()).toBeLessThanOrEqual(limits.maxQueueSize);
        }
        expect(exporter.sent.every(({ length }) => length > 0 && length <= limits.maxExportBatchSize)).toBe(true);
      }),
    );
  });
});
