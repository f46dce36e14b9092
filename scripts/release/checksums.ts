import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Its name says how it is to be checked: `sha256sum --check SHA256SUMS`. */
const checksumFile = "SHA256SUMS";

/** Writes the hash of every other file of the folder. */
export function writeChecksums(folder: string): void {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== checksumFile)
    .map(({ name }) => name)
    .sort();
  writeFileSync(join(folder, checksumFile), names.map((name) => `${sha256(join(folder, name))}  ${name}\n`).join(""));
}

export function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
