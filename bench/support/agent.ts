import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cleanup } from "./cleanup.ts";
import type { Population } from "./population.ts";
import { type Program, startProgram, until } from "./program.ts";

const top = join(import.meta.dir, "../..");
const binary = join(top, "dist/sexton");

export interface Agent extends Program {
  readonly port: number;
  readonly url: string;
}

/** Starts dist/sexton with the environment that its image has. */
export async function startAgent(
  population: Population,
  args: readonly string[],
  cleanup: Cleanup,
  env: Readonly<Record<string, string>> = {},
): Promise<Agent> {
  if (!existsSync(binary)) throw new Error(`Cannot measure: ${binary} is missing; npm run build makes it`);
  const argv = [binary, "--listen", "127.0.0.1:0", ...args];
  const program = await startProgram(population, argv, { PATH: "/usr/bin:/bin", ...imageEnv(), ...env }, cleanup);
  const port = await until("sexton to serve", program.stderr, () =>
    Number(/addresses=\["127\.0\.0\.1:(\d+)"/.exec(program.stderr())?.[1] ?? 0),
  );
  return { ...program, port, url: `http://127.0.0.1:${port}` };
}

/** Out of the Dockerfile itself: a copy would not follow its changes. */
export function imageEnv(): Record<string, string> {
  const settings = [...readFileSync(join(top, "Dockerfile"), "utf8").matchAll(/\b(BUN_JSC_\w+)=(\S+)/g)];
  if (settings.length === 0) throw new Error("Cannot measure: the Dockerfile sets no BUN_JSC variables");
  return Object.fromEntries(settings.map(([, name, value]) => [name as string, value as string]));
}

/** One metric of /metrics; null where it is not served. */
export async function readMetric({ url }: Agent, name: string): Promise<number | null> {
  const response = await fetch(`${url}/metrics`);
  const text = await response.text();
  const value = response.ok ? new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1] : undefined;
  return value === undefined ? null : Number(value);
}
