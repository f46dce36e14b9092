import type { Problem } from "#ui/api/problem.ts";
import { createValue, type Value } from "#ui/value.ts";

/** Who the page calls as. */
export interface Session {
  /** Null: without one. */
  readonly token: Value<string | null>;
  /** Not null: a token is asked for, and this is why. */
  readonly locked: Value<Problem | null>;
  /** Not null: what is sent would be refused, and this is why. */
  readonly readOnly: Value<string | null>;
  /** What the agent says that this caller may do. */
  learn(role: string | null): void;
  logIn(token: string): void;
  logOut(): void;
}

const key = "sexton-token";

/** The token lives as long as the tab. */
export function createSession(storage: Storage): Session {
  const token = createValue(storage.getItem(key));
  const locked = createValue<Problem | null>(null);
  const readOnly = createValue<string | null>(null);
  const become = (next: string | null) => {
    if (next === null) storage.removeItem(key);
    else storage.setItem(key, next);
    readOnly.set(null);
    token.set(next);
    locked.set(null);
  };
  const learn = (role: string | null) => {
    if (role === null) return;
    readOnly.set(role === "operate" ? null : `to change something needs role operate, and this is ${role}.`);
  };
  return { token, locked, readOnly, learn, logIn: become, logOut: () => become(null) };
}
