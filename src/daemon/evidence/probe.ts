import { ask, isAnswer } from "#daemon/evidence/ask.ts";
import { answerValue } from "#policy/evidence/answer.ts";
import type { Evidence } from "#process/evidence.ts";
import type { HttpProbe } from "#process/reload.ts";
import { placeOf } from "#process/url.ts";

/** A question that is asked before the reload and again and again after it. */
export interface Probe {
  /** False: the app could not be asked, or does not say what is asked for; then nothing can be told by it. */
  before(): Promise<boolean>;
  start(): void;
  /** What the last answer shows; null: nothing. */
  evidence(): Evidence | null;
  /** In a sentence, when the app itself says that the reload has failed. `atEnd`: the time is up. */
  failure(atEnd: boolean): string | null;
  stop(): void;
}

export interface ProbeQuestion extends HttpProbe {
  readonly kind: "http-probe" | "metric";
  /** The metric that is 0 when the last reload has failed. */
  readonly succeeded: string | null;
}

interface Values {
  readonly value: string | null;
  readonly succeeded: string | null;
}

const everyMs = 150;
const timeoutMs = 1_000;

export function createProbe({ url, field, expect, kind, succeeded }: ProbeQuestion): Probe {
  const stopping = new AbortController();
  const nothing: Values = { value: null, succeeded: null };
  let first = nothing;
  let last = nothing;

  async function read(): Promise<Values> {
    const answer = await ask({ url, method: "GET", timeoutMs, abort: stopping.signal, wantsBody: true });
    // What an app answers while it starts or fails is no value of what was asked for.
    if (!isAnswer(answer) || answer.status < 200 || answer.status > 299) return nothing;
    const value = answerValue(answer.body, field);
    // A whole answer may be long, and may hold what nobody else should: its hash tells as much.
    const kept = field === null && expect === null && value !== null ? hashOf(value) : value;
    return { value: kept, succeeded: succeeded === null ? null : answerValue(answer.body, succeeded) };
  }

  async function askOn(): Promise<void> {
    while (!stopping.signal.aborted) {
      await Bun.sleep(everyMs);
      if (stopping.signal.aborted) return;
      last = await read();
    }
  }

  const isShown = () =>
    last.value !== null &&
    (expect === null ? first.value !== null && last.value !== first.value : last.value === expect);

  return {
    async before() {
      first = await read();
      return expect !== null || first.value !== null;
    },
    start: () => void askOn(),
    evidence() {
      if (!isShown()) return null;
      const what = field ?? "the answer";
      const how = expect === null ? "has changed" : "is what was expected";
      return { kind, detail: `${what} ${how} at ${placeOf(url)}` };
    },
    failure(atEnd) {
      const isTold = last.succeeded === "0" && (atEnd || first.succeeded !== "0");
      return isTold ? `The app says that its last reload has failed: ${succeeded} is 0 at ${placeOf(url)}.` : null;
    },
    stop: () => stopping.abort(),
  };
}

function hashOf(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}
