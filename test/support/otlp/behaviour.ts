import type { Signal } from "#telemetry/otel-env.ts";
import { type Item, pointsOf, recordsOf, spansOf } from "./items.ts";

/** What a collector does with a request: take it, take it late, take all but some of it, refuse it, or say nothing. */
export type Behaviour =
  | { readonly kind: "take" }
  | { readonly kind: "slow"; readonly delayMs: number }
  | { readonly kind: "reject"; readonly items: number }
  | { readonly kind: "status"; readonly status: 400 | 401 | 429 | 503; readonly retryAfter?: number }
  | { readonly kind: "hang" };

export interface Request {
  readonly signal: Signal;
  readonly headers: Readonly<Record<string, string>>;
  /** As it came over the wire: by what it was compressed. */
  readonly encoding: string | null;
  readonly items: number;
  readonly receivedAt: number;
}

const itemsOf = { traces: spansOf, metrics: pointsOf, logs: recordsOf } as const;

/** What was sent, and how a collector answers to it; the same for both transports. */
export function createCollector() {
  let behaviour: Behaviour = { kind: "take" };
  const items: Record<Signal, Item[]> = { traces: [], metrics: [], logs: [] };
  const requests: Request[] = [];
  const released = Promise.withResolvers<void>();
  return {
    items,
    requests,
    behave: (next: Behaviour) => {
      behaviour = next;
    },
    /** Lets those go that a collector which hangs keeps waiting. */
    release: released.resolve,
    /** What the answer to this request is; items are kept when it is taken. */
    async receive(signal: Signal, request: unknown, headers: Record<string, string>, encoding: string | null) {
      const received = itemsOf[signal](request);
      requests.push({ signal, headers, encoding, items: received.length, receivedAt: performance.now() });
      const answer = behaviour;
      if (answer.kind === "hang") await released.promise;
      if (answer.kind === "slow") await Bun.sleep(answer.delayMs);
      if (answer.kind !== "status" && answer.kind !== "hang") items[signal].push(...received);
      return answer;
    },
  };
}

export type Collector = ReturnType<typeof createCollector>;
