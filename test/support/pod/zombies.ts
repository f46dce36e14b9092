import { readFileSync } from "node:fs";
import type { IContainer } from "kubernetes-models/v1";
import type { Json } from "../binary.ts";
import { until } from "./command.ts";
import { actorContainer } from "./containers.ts";
import type { Pod } from "./pod.ts";

/** What `leaks` starts in a second, none of which it ever waits for. */
export const leaksPerSecond = 10;

/** An app that leaves its children; test/programs/pod/leaks.c tells its modes. */
export async function leakyContainer(name: string, ...mode: readonly ("filtered" | "restless")[]): Promise<IContainer> {
  return { ...(await actorContainer(name, "leaks")), args: [...mode] };
}

/** Settings under which a child is called a zombie after a second, and what is done then. */
export const zombieSettings = (remedy: "report" | "adopt") => ({
  SEXTON_ZOMBIES_REMEDY: remedy,
  SEXTON_ZOMBIES_MIN_AGE: "1s",
});

/**
 * How many children a container's main process has, dead or alive, asked again and again for so long, at least once: the
 * host's view, in which sexton has no part.
 */
export async function countChildren(pod: Pod, container: string, forMs = 0): Promise<readonly number[]> {
  const { pid } = await pod.container(container);
  const counts: number[] = [];
  for (const end = performance.now() + forMs; ; await Bun.sleep(100)) {
    const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    counts.push(pids === "" ? 0 : pids.split(" ").length);
    if (performance.now() >= end) return counts;
  }
}

/** The host's /proc/<pid>/status of a container's main process. */
export async function statusOf(pod: Pod, container: string): Promise<ReadonlyMap<string, string>> {
  const { pid } = await pod.container(container);
  const lines = readFileSync(`/proc/${pid}/status`, "utf8").trim().split("\n");
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
}

export interface Pulse {
  readonly tick: number;
  readonly afterMs: number;
  /** Sleeps that were cut short, and children that could not be started. */
  readonly errors: number;
}

/** What `leaks` said last. */
export async function pulseOf(pod: Pod, container: string): Promise<Pulse> {
  const said = (await pod.logs()).split("--- ").find((part) => part.startsWith(`${container}\n`)) ?? "";
  const [, tick, afterMs, errors] = [...said.matchAll(/tick (\d+) after (\d+) ms, (\d+) errors/g)].at(-1) ?? [];
  return { tick: Number(tick), afterMs: Number(afterMs), errors: Number(errors) };
}

export interface ListedZombie {
  readonly pid: number;
  readonly id: string;
  readonly ageSeconds: number;
  readonly exitCode: number | null;
  readonly container: { readonly id: string; readonly name: string } | null;
  readonly origin: string;
  readonly parent: { readonly pid: number; readonly name: string; readonly container: Json | null } | null;
  readonly cause: string;
  readonly remedies: readonly string[];
  readonly advice: string;
}

export async function listZombies(pod: Pod): Promise<readonly ListedZombie[]> {
  return ((await pod.api("/zombies")).json() as { zombies: ListedZombie[] }).zombies;
}

/** The zombies that a container's processes have left, once there are so many. */
export function zombiesOf(pod: Pod, container: string, atLeast = 3): Promise<readonly ListedZombie[]> {
  return until(`${atLeast} zombies in ${container}`, async () => {
    const found = (await listZombies(pod)).filter((zombie) => zombie.container?.name === container);
    return found.length >= atLeast ? found : undefined;
  });
}

export interface ReapAnswer {
  readonly reaped: number;
  readonly remaining: number;
  readonly results: readonly { pid: number; strategy: string; outcome: string; detail: string; fix?: string }[];
}

/** Asks for adoption of these zombies, however young. */
export async function adoptZombies(pod: Pod, zombies: readonly ListedZombie[]): Promise<ReapAnswer> {
  const body = JSON.stringify({ strategy: "adopt", minAgeSeconds: 0, pids: zombies.map(({ id }) => id) });
  const headers = { "content-type": "application/json" };
  return (await pod.api("/zombies/reap", { method: "POST", headers, body })).json() as ReapAnswer;
}

export async function listEvents(pod: Pod, types: string): Promise<readonly Json[]> {
  return ((await pod.api(`/events?types=${types}`)).json() as { events: Json[] }).events;
}
