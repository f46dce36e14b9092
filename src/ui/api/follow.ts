import { pause } from "#client/pause.ts";
import { createSseParser } from "#client/sse.ts";
import type { ApiEvent } from "#ui/api/answers.ts";
import type { Api } from "#ui/api/api.ts";
import type { Problem } from "#ui/api/problem.ts";
import { nextTry } from "#ui/model/pace.ts";

export interface Following {
  readonly query: string;
  /** Resumes after this: `<run>.<id>`. */
  readonly lastId: () => string | null;
  readonly enough: AbortSignal;
  /** Events as they came together, with the id to resume after. */
  readonly onEvents: (events: readonly ApiEvent[], lastId: string | null) => void;
  readonly onState: (state: "live" | "lost" | Problem) => void;
  /** A stream that is silent for so long is dead, though nobody says so: the agent's heart beats every 15 s. */
  readonly silentMs?: number;
}

const usualSilentMs = 40_000;

/**
 * The register as it happens, by fetch, because an EventSource can send no Authorization. Connects again whenever the
 * stream ends, and resumes after the last id, which names the run of sexton it is of: what was missed is told as a gap.
 */
export async function follow(api: Api, following: Following): Promise<void> {
  const { query, lastId, enough, onEvents, onState, silentMs = usualSilentMs } = following;
  let tries = 0;
  while (!enough.aborted) {
    const after = lastId();
    const headers: Record<string, string> = after === null ? {} : { "last-event-id": after };
    const response = await api.open(`/events${query}`, headers, enough);
    if (response instanceof Response && response.body) {
      onState("live");
      tries = 0;
      await readBlocks(response.body, onEvents, silentMs);
    }
    if (enough.aborted) return;
    onState(response === null || response instanceof Response ? "lost" : response);
    if (!(response instanceof Response) && response !== null && isFinal(response)) return;
    tries++;
    await pause(nextTry(tries, Math.random()), enough);
  }
}

async function readBlocks(
  body: ReadableStream<Uint8Array>,
  onEvents: Following["onEvents"],
  silentMs: number,
): Promise<void> {
  const reader = body.getReader();
  let silent: ReturnType<typeof setTimeout> | undefined;
  const decoder = new TextDecoder();
  const parse = createSseParser();
  try {
    for (;;) {
      silent = setTimeout(() => void reader.cancel().catch(() => {}), silentMs);
      const { value, done } = await reader.read();
      clearTimeout(silent);
      if (done) return;
      const blocks = parse(decoder.decode(value, { stream: true }));
      const events = blocks.flatMap(({ data }) => (data === null ? [] : [JSON.parse(data) as ApiEvent]));
      const last = blocks.findLast(({ id }) => id !== null)?.id ?? null;
      if (events.length > 0 || last !== null) onEvents(events, last);
    }
  } catch {
    // It has ended, which is told by whoever asked for it.
  } finally {
    clearTimeout(silent);
  }
}

/** What asking again would not change. */
function isFinal({ status }: Problem): boolean {
  return status < 500 && status !== 429;
}
