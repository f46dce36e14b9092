import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A tokens file: secrets by `role name`. */
export function tokenLines(tokens: Readonly<Record<string, string>>): string {
  const hashOf = (secret: string) => new Bun.CryptoHasher("sha256").update(secret).digest("hex");
  return Object.entries(tokens)
    .map(([who, secret]) => `${who} sha256:${hashOf(secret)}\n`)
    .join("");
}

export function tokensFile(tokens: Readonly<Record<string, string>>) {
  const folder = mkdtempSync("/tmp/sexton-tokens-");
  const path = join(folder, "tokens");
  writeFileSync(path, tokenLines(tokens));
  return { path, folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

export const bearer = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } });
