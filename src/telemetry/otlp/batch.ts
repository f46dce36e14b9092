export interface BatchLimits {
  /** Items that may wait; OTEL_BSP_MAX_QUEUE_SIZE. */
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
  readonly scheduleDelayMs: number;
}

/** A bounded queue that is sent in batches. Nobody waits for it: what does not fit is dropped and told. */
export interface Batch<T> {
  offer(item: T): void;
  /** Sends what waits, all batches at once, and resolves when that and what was on its way has ended. Never rejects. */
  flush(): Promise<void>;
  /** flush(), after which every item is dropped. */
  shutdown(): Promise<void>;
  /** Items that wait, without those on their way. */
  waiting(): number;
}

/**
 * What the SDK's processors do, but for three things that they do not: the log processor's flush sends one batch after
 * another (40 s against a collector that hangs), neither counts what it drops, and each flush during an outage adds to what
 * is on its way. Here that is one batch, and one flush at most. `send` never rejects; false is a failure, after which
 * nothing but a flush is sent for `restMs`.
 */
export function createBatch<T>(
  { maxQueueSize, maxExportBatchSize, scheduleDelayMs }: BatchLimits,
  send: (items: T[]) => Promise<boolean>,
  onDrop: (count: number) => void,
  restMs: () => number = () => 0,
): Batch<T> {
  const waiting: T[] = [];
  let timer: NodeJS.Timeout | null = null;
  /** The batch that the timer or a full one started; one at a time, so that a slow collector is not hurried. */
  let regular: Promise<void> | null = null;
  /** After a failure even a full batch waits for the timer: a collector that refuses is asked once in a delay. */
  let resting = false;
  let flushing: Promise<void> | null = null;
  let nextFlush: Promise<void> | null = null;
  let closed = false;

  function sendOne(): Promise<boolean> {
    return send(waiting.splice(0, maxExportBatchSize));
  }

  function clearTimer(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  }

  async function sendRegular(): Promise<void> {
    clearTimer();
    resting = !(await sendOne());
    regular = null;
    schedule();
  }

  function start(): void {
    regular = sendRegular();
  }

  function schedule(): void {
    if (regular !== null || waiting.length === 0) return;
    // Unref'ed: a queue does not keep a program running.
    if (waiting.length >= maxExportBatchSize && !resting) start();
    else timer ??= setTimeout(start, resting ? Math.max(scheduleDelayMs, restMs()) : scheduleDelayMs).unref();
  }

  async function flushOnce(): Promise<void> {
    clearTimer();
    const batches = Math.ceil(waiting.length / maxExportBatchSize);
    await Promise.all([regular, ...Array.from({ length: batches }, sendOne)]);
    schedule();
  }

  function flush(): Promise<void> {
    if (flushing === null) {
      flushing = flushOnce().finally(() => {
        flushing = null;
      });
      return flushing;
    }
    // Whoever asks during a flush has offered something since it began; one more flush does for all of them.
    nextFlush ??= flushing.then(() => {
      nextFlush = null;
      return flush();
    });
    return nextFlush;
  }

  return {
    offer(item) {
      if (closed || waiting.length >= maxQueueSize) {
        onDrop(1);
        return;
      }
      waiting.push(item);
      schedule();
    },
    flush,
    shutdown() {
      closed = true;
      clearTimer();
      // Not after a flush that runs: there is no time for two that a hanging collector lets run into their timeouts.
      return Promise.all([flushing, flushOnce()]).then(() => {});
    },
    waiting: () => waiting.length,
  };
}
