import type { Context } from "hono";
import type * as z from "zod/mini";
import type { Problem } from "#base/errors.ts";
import type { Service } from "#http/service.ts";
import type { TraceContext } from "#process/trace-context.ts";

/** Who may call: each role may do what those before it may. */
export const roles = ["probe", "read", "operate"] as const;
export type Role = (typeof roles)[number];

export type Method = "get" | "post";

/** What Bun.serve hands to the app with each request. */
export interface Bindings {
  /** The most that a caller on this listener may do. */
  readonly role: Role;
  /** Whether Host and Origin must be ours: where a browser could come by. */
  readonly checkHost: boolean;
  /** Lets a request take longer than the listener's idle timeout. */
  readonly extendTimeout: (request: Request, seconds: number) => void;
  /** Null: on a Unix socket nobody has one. */
  readonly clientAddress: () => string | null;
}

export interface HttpEnv {
  Bindings: Bindings;
  /** `route` is the matched path of the table of routes. */
  Variables: { requestId: string; trace: TraceContext | null; route: string | null };
}

/** One operation of the API: what it takes and does. What it answers is told in document/operations.ts. */
export interface Endpoint<Params extends z.ZodMiniType = z.ZodMiniType, Query extends z.ZodMiniType = z.ZodMiniType> {
  readonly summary: string;
  readonly tag: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly handle: (call: Call<z.output<Params>, z.output<Query>>) => Answer | Promise<Answer>;
}

export interface Call<Params, Query> {
  readonly c: Context<HttpEnv>;
  readonly params: Params;
  readonly query: Query;
  readonly service: Service;
  /** The OpenAPI document of all routes. */
  readonly document: () => Promise<object>;
}

export type Answer = Response | Problem;

/** Keeps an endpoint's own types inside of it; the table of routes needs none of them. */
export function endpoint<Params extends z.ZodMiniType, Query extends z.ZodMiniType>(
  definition: Endpoint<Params, Query>,
): Endpoint {
  return definition as unknown as Endpoint;
}
