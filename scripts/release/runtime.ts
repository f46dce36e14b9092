import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.ts";
import type { Target } from "./targets.ts";

const top = join(import.meta.dir, "../..");

/**
 * The Bun of another system. `compile.target` alone would have Bun fetch it as well, but compare it with nothing; here it
 * must be what bun.lock says, and what is fetched must be what it is said to be.
 */
export async function fetchRuntime({ runtime }: Pick<Target, "runtime">, folder: string): Promise<string> {
  const locked = lockedPackage(runtime, readFileSync(join(top, "bun.lock"), "utf8"));
  if (locked === null) throw new Error(`Cannot build with ${runtime}: bun.lock does not name it`);
  const place = join(folder, runtime.replace("/", "-"));
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), "{}");
  // The package is of another system, and only its file is wanted.
  const anySystem = ["--os=*", "--cpu=*", "--libc=*", "--ignore-scripts"];
  await run([process.execPath, "add", "--exact", "--silent", ...anySystem, `${runtime}@${locked.version}`], {
    cwd: place,
  });
  const fetched = lockedPackage(runtime, readFileSync(join(place, "bun.lock"), "utf8"));
  if (fetched?.integrity !== locked.integrity) {
    throw new Error(`Cannot build with ${runtime}: found ${fetched?.integrity}, bun.lock says ${locked.integrity}`);
  }
  return join(place, "node_modules", runtime, "bin", "bun");
}

/** The exact version and the hash of a package in the text of a bun.lock. */
export function lockedPackage(name: string, lock: string): { version: string; integrity: string } | null {
  const line = lock.split("\n").find((text) => text.trimStart().startsWith(`"${name}": ["${name}@`));
  const [, version, integrity] = line?.match(/": \["@?[^@]+@([^"]+)",.*"(sha512-[^"]+)"\],?$/) ?? [];
  return version && integrity ? { version, integrity } : null;
}
