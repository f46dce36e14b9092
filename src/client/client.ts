import { UsageError } from "#base/errors.ts";
import { createSseParser, type SseBlock } from "#client/sse.ts";
import { neverConnected, reasonOf, unreachableText } from "#client/unreachable.ts";

/** Where the agent listens, as the configuration has it. */
export type AgentAddress =
  | { readonly kind: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

export interface ClientRequest {
  readonly method?: "GET" | "POST";
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** What the caller shows: text for people, or JSON. */
  readonly accept: "text/plain" | "application/json";
  /** What sexton's JSON has at its top: what lacks it is somebody else's, or only the beginning. */
  readonly expects?: string;
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
/** Of every refusal (RFC 9457). */
const problemType = "application/problem+json";

export interface ClientOptions {
  /** Sent with every request: what says who is asking. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the address is from, for whom it is wrong: `default`, `env SEXTON_LISTEN`. */
  readonly origin?: string;
}

export function createClient(address: AgentAddress | undefined, options: ClientOptions = {}): Client {
  if (!address) throw new UsageError("Cannot find the agent: the configuration names no address to listen on");
  const base = address.kind === "unix" ? "http://localhost" : `http://${hostOf(address.hostname)}:${address.port}`;
  // Bun's fetch would ask HTTP_PROXY for loopback too, and a pod behind a proxy has it set.
  // biome-ignore lint/style/noProcessEnv: there is no other way to tell fetch (Bun 1.4.5: `proxy: ""` has no effect).
  process.env["NO_PROXY"] = "*";
  const call = (path: string, query: NonNullable<ClientRequest["query"]>, init: RequestInit) => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length > 0 ? `?${new URLSearchParams(given)}` : "";
    const headers = { ...options.headers, ...init.headers };
    const socket = address.kind === "unix" ? { unix: address.path } : {};
    return fetch(`${base}${path}${search}`, { ...init, headers, ...socket });
  };
  const place = { where: address.kind === "unix" ? address.path : base, isSocket: address.kind === "unix" };
  const unreachable = (reason: string, cause: unknown, isDoubtful = false) =>
    new UnreachableError(unreachableText(place.where, options.origin, reason, isDoubtful), { cause });
  /** Whoever has taken the agent's port answers too, and in whatever form. */
  const refuseOthers = ({ ok, status, headers }: Response, expected: string) => {
    const type = headers.get("content-type") ?? "no type";
    if (!type.startsWith(ok ? expected : problemType))
      throw unreachable(`what answers there (status ${status}, ${type}) is not sexton`, null);
  };
  const lost = (cause: unknown): never => {
    throw unreachable(reasonOf(cause, place.isSocket), cause);
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
    async ask(path, { method = "GET", query = {}, accept, expects, timeoutMs = defaultTimeoutMs }) {
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const response = await call(path, query, { method, headers: { accept }, signal });
        refuseOthers(response, accept);
        const answer = await answerOf(response);
        if (answer.ok && accept === "application/json" && expects !== undefined && !has(expects, answer.text))
          throw unreachable(`what answers there (JSON without "${expects}") is not sexton`, null);
        return answer;
      } catch (cause) {
        if (cause instanceof UnreachableError) throw cause;
        const late = cause instanceof Error && cause.name === "TimeoutError";
        const reason = late ? `no answer in ${timeoutMs / 1000} s` : reasonOf(cause, place.isSocket);
        throw unreachable(reason, cause, method === "POST" && !neverConnected(cause));
      }
    },
    async stream(path, { query = {}, lastEventId, enough, onBlock }) {
      const resumed = lastEventId === null ? {} : { "last-event-id": lastEventId };
      const headers = { accept: "text/event-stream", ...resumed };
      try {
        // `timeout: false` is Bun's own: its fetch gives up a connection that is quiet for five minutes.
        const init = { headers, signal: enough, timeout: false } as RequestInit;
        const response = await call(path, query, init).catch(lost);
        refuseOthers(response, headers.accept);
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

function has(key: string, json: string): boolean {
  try {
    const answer: unknown = JSON.parse(json);
    return typeof answer === "object" && answer !== null && Object.hasOwn(answer, key);
  } catch {
    return false;
  }
}

/** Where to ask whoever listens there; what listens on every address does so on the loopback one too. */
function hostOf(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  if (hostname === "::") return "[::1]";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

function problemOf(text: string): ClientAnswer["problem"] {
  try {
    return JSON.parse(text) as ClientAnswer["problem"];
  } catch {
    return { kind: "internal", detail: text.slice(0, 200) };
  }
}
