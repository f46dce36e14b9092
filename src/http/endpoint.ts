import type { Context } from "hono";
import type * as z from "zod/mini";
import type { Problem } from "#base/errors.ts";
import type { Gate } from "#http/auth/identify.ts";
import type { Service } from "#http/service.ts";
import type { Untaken } from "#http/untaken.ts";
import type { Caller, CallerRole } from "#process/caller.ts";
import type { TraceContext } from "#process/trace-context.ts";

export type Role = CallerRole;

export type Method = "get" | "post";

/** What Bun.serve hands to the app with each request. */
export interface Bindings {
  /** The most that a caller on this listener may do. */
  readonly role: Role;
  /** How callers are told apart; without one all are who the listener is for. */
  readonly gate?: Gate | undefined;
  /** Whether Host and Origin must be ours: where a browser could come by. */
  readonly checkHost: boolean;
  /** Which names are ours; without one those of loopback. */
  readonly isOwnHost?: ((hostname: string) => boolean) | undefined;
  /** Lets a request take longer than the listener's idle timeout. */
  readonly extendTimeout: (request: Request, seconds: number) => void;
  /** As the caller's URL has it; default http. */
  readonly scheme?: "http" | "https";
  /** Of the Unix socket that this is; null: it is an address. */
  readonly socketPath?: string | null;
  /** Null: on a Unix socket nobody has one. */
  readonly clientAddress: () => string | null;
  /** Of the process at the other end of a Unix socket. */
  readonly clientUid?: number | null;
  /** The only users who may call by a Unix socket; without them whoever its mode lets in. */
  readonly uids?: readonly number[] | undefined;
}

export interface HttpEnv {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    trace: TraceContext | null;
    /** The matched path of the table of routes. */
    route: string | null;
    /** Null until it is known. */
    caller: Caller | null;
    /** Why the token that was given is nobody's; null: it is somebody's, or none was. */
    badToken: Problem | null;
    /** With a token, the caller might be allowed more. */
    mayAsk: boolean;
    /** Event streams that callers of this role may have open. */
    mostStreams: number | undefined;
    /** Counts the answers of this caller's role that are in memory. */
    untaken: Untaken;
    /** The register has it already, whatever becomes of it. */
    told: boolean;
    /** What was answered instead of what was asked for. */
    refusal: Pick<Problem, "kind" | "detail"> | null;
  };
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
