import { type Client, type ClientAnswer, UnreachableError } from "#client/client.ts";
import { pause } from "#client/pause.ts";

export interface FollowRequest {
  readonly query: Readonly<Record<string, string | undefined>>;
  /** So many events are wanted; null: all until `enough`. */
  readonly limit: number | null;
  readonly enough: AbortSignal;
  /** The JSON of each event as it comes; the next one waits for it. */
  readonly onEvent: (json: string) => Promise<void>;
  readonly onConnected: () => Promise<void>;
  /** The stream has ended without being asked to, for the reason that the agent gave; it is asked for again. */
  readonly onLost: (reason: string | null) => void;
}

/** Until the agent says otherwise. */
const retryMs = 1_000;
/** The stream's own: a gap is told to everyone, and counts for no limit. */
const isGap = (json: string) => (JSON.parse(json) as { type?: string }).type === "events.lost";

/**
 * Follows the register across restarts of the agent: connects again and resumes after the last id, which names the run it
 * is of, so that what was missed is told as a gap and nothing is told twice. Ends by itself when `limit` is reached or the
 * agent refuses; throws an UnreachableError when it never could be reached.
 */
export async function followEvents(client: Client, request: FollowRequest): Promise<ClientAnswer> {
  const { query, enough, onEvent, onConnected, onLost } = request;
  let left = request.limit ?? Number.POSITIVE_INFINITY;
  let lastEventId: string | null = null;
  let waitMs = retryMs;
  let everConnected = false;
  let connected = false;
  let said: string | null = null;

  const connect = () =>
    client.stream("/events", {
      query: { ...query, ...(request.limit === null ? {} : { limit: String(left) }) },
      lastEventId,
      enough,
      async onBlock({ id, data, retry, comment }) {
        if (!connected) {
          connected = true;
          everConnected = true;
          await onConnected();
        }
        // The only other one is a heartbeat.
        if (comment?.startsWith("dropped: ")) said = comment;
        waitMs = retry ?? waitMs;
        if (data !== null) {
          await onEvent(data);
          if (!isGap(data)) left--;
        }
        lastEventId = id ?? lastEventId;
      },
    });

  for (;;) {
    connected = false;
    said = null;
    const answer = await connect().catch((cause: unknown) => {
      if (everConnected && cause instanceof UnreachableError) return null;
      throw cause;
    });
    if (answer?.ok === false && !(everConnected && mayPass(answer.status))) return answer;
    if (enough.aborted || left <= 0) return { ok: true, status: 200, text: "", problem: null };
    if (connected) onLost(said);
    await pause(waitMs, enough);
    if (enough.aborted) return { ok: true, status: 200, text: "", problem: null };
  }
}

/** An agent that is just starting, or has too much to do. */
function mayPass(status: number): boolean {
  return status === 429 || status >= 500;
}
