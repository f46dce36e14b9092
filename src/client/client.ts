import { UsageError } from "#base/errors.ts";
import { createSseParser, type SseBlock } from "#client/sse.ts";

/** Where the agent listens, as the configuration has it. */
export type AgentAddress =
  | { readonly kind: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

export interface ClientRequest {
  readonly method?: "GET" | "POST";
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** What the caller shows: text for people, or JSON. */
  readonly accept: "text/plain" | "application/json";
  readonly timeoutMs?: number;
}

export interface ClientAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
  /** The problem of an answer that is not ok. */
  readonly problem: { readonly kind: string; readonly detail: string; readonly fix?: string } | null;
}

/** The agent cannot be reached: it does not run, or listens elsewhere. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

export interface StreamRequest extends Pick<ClientRequest, "query"> {
  /** Resumes after this; null: from where the query says. */
  readonly lastEventId: string | null;
  /** Fires when nobody wants any more; the answer then ends as it would have. */
  readonly enough: AbortSignal;
  /** Each block as it comes; the next one waits for it. */
  readonly onBlock: (block: SseBlock) => Promise<void>;
}

export interface Client {
  ask(path: string, request: ClientRequest): Promise<ClientAnswer>;
  /** An event stream, until it ends. The text of the answer is empty when the stream went to `onBlock`. */
  stream(path: string, request: StreamRequest): Promise<ClientAnswer>;
}

const defaultTimeoutMs = 10_000;

export function createClient(address: AgentAddress | undefined): Client {
  if (!address) throw new UsageError("Cannot find the agent: the configuration names no address to listen on");
  const base = address.kind === "unix" ? "http://localhost" : `http://${hostOf(address.hostname)}:${address.port}`;
  const where = address.kind === "unix" ? address.path : base;
  // Bun's fetch would ask HTTP_PROXY for loopback too, and a pod behind a proxy has it set.
  // biome-ignore lint/style/noProcessEnv: there is no other way to tell fetch (Bun 1.4.5: `proxy: ""` has no effect).
  process.env["NO_PROXY"] = "*";
  const call = (path: string, query: NonNullable<ClientRequest["query"]>, init: RequestInit) => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length > 0 ? `?${new URLSearchParams(given)}` : "";
    return fetch(`${base}${path}${search}`, { ...init, ...(address.kind === "unix" ? { unix: address.path } : {}) });
  };
  const unreachable = (reason: string, cause: unknown) =>
    new UnreachableError(`Cannot reach sexton at ${where}: ${reason}. Is it running, and with the same --listen?`, {
      cause,
    });
  const lost = (cause: unknown): never => {
    throw unreachable("nobody answers, or no longer", cause);
  };
  /** What goes wrong with the connection; what goes wrong with whoever takes the chunks stays what it is. */
  async function* chunksOf(body: ReadableStream<Uint8Array>) {
    try {
      yield* body;
    } catch (cause) {
      lost(cause);
    }
  }
  return {
    async ask(path, { method = "GET", query = {}, accept, timeoutMs = defaultTimeoutMs }) {
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        return await answerOf(await call(path, query, { method, headers: { accept }, signal }));
      } catch (cause) {
        const late = cause instanceof Error && cause.name === "TimeoutError";
        throw unreachable(late ? `no answer in ${timeoutMs / 1000} s` : "nobody answers", cause);
      }
    },
    async stream(path, { query = {}, lastEventId, enough, onBlock }) {
      const resumed = lastEventId === null ? {} : { "last-event-id": lastEventId };
      const headers = { accept: "text/event-stream", ...resumed };
      try {
        // `timeout: false` is Bun's own: its fetch gives up a connection that is quiet for five minutes.
        const init = { headers, signal: enough, timeout: false } as RequestInit;
        const response = await call(path, query, init).catch(lost);
        if (!response.ok || !response.body) return await answerOf(response).catch(lost);
        const decoder = new TextDecoder();
        const parse = createSseParser();
        for await (const chunk of chunksOf(response.body)) {
          for (const block of parse(decoder.decode(chunk, { stream: true }))) await onBlock(block);
        }
      } catch (cause) {
        if (!enough.aborted) throw cause;
      }
      return { ok: true, status: 200, text: "", problem: null };
    },
  };
}

async function answerOf(response: Response): Promise<ClientAnswer> {
  const text = await response.text();
  return { ok: response.ok, status: response.status, text, problem: response.ok ? null : problemOf(text) };
}

function hostOf(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

function problemOf(text: string): ClientAnswer["problem"] {
  try {
    return JSON.parse(text) as ClientAnswer["problem"];
  } catch {
    return { kind: "internal", detail: text.slice(0, 200) };
  }
}
