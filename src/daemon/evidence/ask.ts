export interface Question {
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly timeoutMs: number;
  readonly abort: AbortSignal;
  /** Else what is answered is thrown away unread. */
  readonly wantsBody: boolean;
}

export interface Answer {
  readonly status: number;
  /** Cut at 8 MiB. */
  readonly body: string;
  readonly tookMs: number;
}

/** No answer, and why in a few words. */
export interface NoAnswer {
  readonly failure: string;
}

/** A large Prometheus says some hundred KiB about itself. */
const mostBytes = 8 * 1024 * 1024;

/**
 * `proxy: false` is Bun's own (1.4.5, not in its types): its fetch asks HTTP_PROXY for loopback too, and a pod behind a proxy has
 * it set. No connection is kept: it would hold on to the worker that is about to be replaced.
 */
const direct = { redirect: "manual", proxy: false } as unknown as RequestInit;

/** Asks an app over HTTP. Never rejects; what the app answers is for the caller alone and is told nowhere. */
export async function ask({ url, method, timeoutMs, abort, wantsBody }: Question): Promise<Answer | NoAnswer> {
  const started = performance.now();
  const enough = AbortSignal.any([AbortSignal.timeout(timeoutMs), abort]);
  try {
    const response = await fetch(url, { ...direct, method, signal: enough, headers: { connection: "close" } });
    const body = wantsBody ? await readBody(response) : "";
    if (!wantsBody) await response.body?.cancel();
    return { status: response.status, body, tookMs: Math.round(performance.now() - started) };
  } catch (cause) {
    const { name, code } = cause as { name?: string; code?: string };
    if (name === "TimeoutError") return { failure: `no answer in ${timeoutMs} ms` };
    if (name === "AbortError") return { failure: "not waited for" };
    const isRefused = code === "ConnectionRefused" || code === "ECONNREFUSED";
    return { failure: isRefused ? "nobody listens there" : `no answer (${code ?? name ?? "unknown"})` };
  }
}

export function isAnswer(answer: Answer | NoAnswer): answer is Answer {
  return "status" in answer;
}

async function readBody(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    text += decoder.decode(chunk, { stream: true });
    if (length >= mostBytes) break;
  }
  return text;
}
