import { type Problem, problemOf, type Result } from "#ui/api/problem.ts";
import type { Session } from "#ui/api/session.ts";
import { createValue, type Value } from "#ui/value.ts";

export interface Lost {
  /** How often in a row nobody answered. */
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export interface Api {
  get<T>(path: string, options?: GetOptions): Promise<Result<T>>;
  post<T>(path: string, body: object): Promise<Result<T>>;
  /** The open answer of an event stream; its status and problem where there is none. */
  open(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response | Problem | null>;
  /** Null: the agent answers. */
  readonly lost: Value<Lost | null>;
}

interface GetOptions {
  readonly signal?: AbortSignal;
  /** Waited for before the answer is read, which takes a moment when it is a large one. */
  readonly calm?: () => Promise<void>;
}

const timeoutMs = 15_000;

export function createApi(session: Session): Api {
  const lost = createValue<Lost | null>(null);

  const call = async (path: string, init: RequestInit): Promise<Response | null> => {
    const token = session.token.get();
    const headers = new Headers(init.headers);
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    try {
      const response = await fetch(path, { ...init, headers, credentials: "omit", cache: "no-store" });
      lost.set(null);
      session.learn(response.headers.get("sexton-role"));
      return response;
    } catch {
      if (init.signal?.aborted && init.signal.reason?.name !== "TimeoutError") return null;
      const before = lost.get();
      lost.set({ failures: (before?.failures ?? 0) + 1, since: before?.since ?? Date.now() });
      return null;
    }
  };

  /** What the answer says about the caller rather than about what was asked. */
  const refused = async (response: Response): Promise<Problem> => {
    const problem = problemOf(response.status, await response.text().catch(() => ""));
    if (problem.status === 401) session.locked.set(problem);
    return problem;
  };

  const read = async <T>(response: Response | null, calm = async () => {}): Promise<Result<T>> => {
    if (response === null) return { ok: false, problem: null };
    try {
      if (!response.ok) return { ok: false, problem: await refused(response) };
      const text = await response.text();
      await calm();
      return { ok: true, value: JSON.parse(text) as T };
    } catch {
      return { ok: false, problem: null };
    }
  };

  return {
    lost,
    async get(path, { signal, calm } = {}) {
      const late = AbortSignal.timeout(timeoutMs);
      const either = signal ? AbortSignal.any([signal, late]) : late;
      return read(await call(path, { signal: either, headers: { accept: "application/json" } }), calm);
    },
    async post(path, body) {
      const headers = { accept: "application/json", "content-type": "application/json" };
      return read(await call(path, { method: "POST", headers, body: JSON.stringify(body) }));
    },
    async open(path, headers, signal) {
      const response = await call(path, { signal, headers: { accept: "text/event-stream", ...headers } });
      return response === null || response.ok ? response : refused(response);
    },
  };
}
