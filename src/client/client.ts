import { UsageError } from "#base/errors.ts";

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

export type Client = (path: string, request: ClientRequest) => Promise<ClientAnswer>;

const defaultTimeoutMs = 10_000;

export function createClient(address: AgentAddress | undefined): Client {
  if (!address) throw new UsageError("Cannot find the agent: the configuration names no address to listen on");
  const base = address.kind === "unix" ? "http://localhost" : `http://${hostOf(address.hostname)}:${address.port}`;
  const where = address.kind === "unix" ? address.path : base;
  // Bun's fetch would ask HTTP_PROXY for loopback too, and a pod behind a proxy has it set.
  // biome-ignore lint/style/noProcessEnv: there is no other way to tell fetch (Bun 1.4.5: `proxy: ""` has no effect).
  process.env["NO_PROXY"] = "*";
  return async (path, { method = "GET", query = {}, accept, timeoutMs = defaultTimeoutMs }) => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const search = given.length > 0 ? `?${new URLSearchParams(given)}` : "";
    try {
      const response = await fetch(`${base}${path}${search}`, {
        method,
        headers: { accept },
        signal: AbortSignal.timeout(timeoutMs),
        ...(address.kind === "unix" ? { unix: address.path } : {}),
      });
      const text = await response.text();
      return { ok: response.ok, status: response.status, text, problem: response.ok ? null : problemOf(text) };
    } catch (cause) {
      const reason =
        cause instanceof Error && cause.name === "TimeoutError"
          ? `no answer in ${timeoutMs / 1000} s`
          : "nobody answers";
      throw new UnreachableError(
        `Cannot reach sexton at ${where}: ${reason}. Is it running, and with the same --listen?`,
        { cause },
      );
    }
  };
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
