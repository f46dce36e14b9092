import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** When the links of new keys are made: kubelets up to 1.2x make them before the swap, today's after it. */
export type Order = "keys-first" | "keys-last";

let generation = 0;

/**
 * What a kubelet does to the directory of a ConfigMap, Secret, projected or downward API volume, step by step as its
 * AtomicWriter does (pkg/volume/util/atomic_writer.go). Returns the name of the new generation's directory.
 */
export function writeAtomically(
  volume: string,
  keys: Readonly<Record<string, string>>,
  order: Order = "keys-last",
): string {
  const data = join(volume, "..data");
  const old = existsSync(data) || isLink(data) ? readlinkSync(data) : null;
  const stamp = new Date().toISOString().replace(/[-:T]/g, "_").slice(0, 19);
  const name = `..${stamp}.${String(generation++).padStart(9, "0")}`;
  mkdirSync(join(volume, name), { mode: 0o755 });
  for (const [key, text] of Object.entries(keys)) {
    mkdirSync(dirname(join(volume, name, key)), { recursive: true });
    writeFileSync(join(volume, name, key), text, { mode: 0o644 });
  }
  if (order === "keys-first") linkKeys(volume, keys);
  const temporary = join(volume, "..data_tmp");
  symlinkSync(name, temporary);
  renameSync(temporary, data);
  if (order === "keys-last") linkKeys(volume, keys);
  unlinkOthers(volume, keys);
  if (old !== null) rmSync(join(volume, old), { recursive: true });
  return name;
}

/** A key `a/b` is reached by the link `a` to `..data/a`. */
const firstPart = (key: string) => key.split("/")[0] as string;

function linkKeys(volume: string, keys: Readonly<Record<string, string>>): void {
  for (const part of new Set(Object.keys(keys).map(firstPart)))
    if (!isLink(join(volume, part))) symlinkSync(join("..data", part), join(volume, part));
}

function unlinkOthers(volume: string, keys: Readonly<Record<string, string>>): void {
  const kept = new Set(Object.keys(keys).map(firstPart));
  for (const entry of readdirSync(volume)) if (!entry.startsWith("..") && !kept.has(entry)) rmSync(join(volume, entry));
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
