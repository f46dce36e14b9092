import { createHash, timingSafeEqual } from "node:crypto";
import { type CallerRole, callerRoles } from "#process/caller.ts";

/** One line of the tokens file: only the hash of a token is ever in memory. */
export interface Token {
  readonly role: CallerRole;
  readonly name: string;
  /** SHA-256, 32 bytes. */
  readonly hash: Uint8Array;
}

/** What is wrong with a tokens file: the line and why, never what stands there. */
export class TokensError extends Error {}

const mostTokens = 1_000;
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._@:/-]{0,63}$/;
/** What `printf %s "" | sha256sum` prints: a variable that was not set. */
const hashOfNothing = createHash("sha256").update("").digest("hex");

/** Reads lines `role name sha256:<64 hex digits>`; empty ones and those that begin with # are left out. */
export function parseTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const lineOf = new Map<string, number>();
  for (const [index, line] of text.split("\n").entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "" || words[0]?.startsWith("#")) continue;
    const found = readWords(words);
    if (typeof found === "string") throw new TokensError(`line ${index + 1}: ${found}`);
    const hex = Buffer.from(found.hash).toString("hex");
    const first = lineOf.get(hex);
    if (first !== undefined) throw new TokensError(`line ${index + 1}: it has the same token as line ${first}`);
    lineOf.set(hex, index + 1);
    tokens.push(found);
    if (tokens.length > mostTokens)
      throw new TokensError(`line ${index + 1}: there are more than ${mostTokens} tokens`);
  }
  if (tokens.length === 0) throw new TokensError("there is no token in it");
  return tokens;
}

function readWords(words: readonly string[]): Token | string {
  const [said, name = "", hash = ""] = words;
  if (words.length !== 3)
    return `expected "role name sha256:…", found ${words.length} ${words.length === 1 ? "word" : "words"}`;
  const role = callerRoles.find((known) => known === said);
  if (!role) return `expected a role (${callerRoles.join(", ")}) as its first word`;
  if (!namePattern.test(name)) return "expected a name of letters, digits and . _ @ : / - as its second word";
  const hex = /^sha256:([0-9a-f]{64})$/i.exec(hash)?.[1]?.toLowerCase();
  if (hex === undefined) return 'expected "sha256:" and 64 hexadecimal digits as its third word';
  if (hex === hashOfNothing) return "its token is empty: that is the hash of no text at all";
  return { role, name, hash: Buffer.from(hex, "hex") };
}

/** Whose token this is; null: nobody's. Takes as long for each, wherever it stands and whether or not it is there. */
export function findToken(tokens: readonly Token[], secret: string): Token | null {
  const hash = createHash("sha256").update(secret).digest();
  let found: Token | null = null;
  for (const token of tokens) {
    const isIt = timingSafeEqual(token.hash, hash);
    found = isIt ? token : found;
  }
  return found;
}
