import { type Problem, problem } from "#base/errors.ts";
import type { CallerRole } from "#process/caller.ts";

/** Whose a token is; null: nobody's. */
export type FindToken = (secret: string) => { readonly role: CallerRole; readonly name: string } | null;

/** What a caller may do by what its request carries. */
export interface Identity {
  readonly role: CallerRole;
  /** Of the token; null: there is none. */
  readonly name: string | null;
  /** No token was given where tokens are known: with one, more may be allowed. */
  readonly mayAsk: boolean;
}

/** How callers of one listener are told apart. */
export interface Gate {
  /** What who comes without a token may do. */
  readonly withoutToken: CallerRole;
  /** Null: tokens mean nothing here. */
  readonly findToken: FindToken | null;
}

/** A longer one is nobody's. */
const longestToken = 4_096;

/** A token that is given must be valid, even where none is needed: whoever sends one relies on it. */
export function identify({ withoutToken, findToken }: Gate, authorization: string | null): Identity | Problem {
  if (!findToken) return { role: withoutToken, name: null, mayAsk: false };
  if (authorization === null) return { role: withoutToken, name: null, mayAsk: true };
  const secret = /^Bearer +([^\s]+) *$/i.exec(authorization)?.[1];
  if (secret === undefined) {
    return problem("unauthorized", "Cannot tell who calls: the Authorization header is not of the form Bearer TOKEN.");
  }
  const token = secret.length <= longestToken ? findToken(secret) : null;
  if (!token)
    return problem("unauthorized", "Cannot tell who calls: the token is not one of those in the tokens file.");
  return { role: token.role, name: token.name, mayAsk: false };
}
