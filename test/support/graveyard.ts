import type { Agent, Json } from "./binary.ts";
import { linesOf } from "./lines.ts";
import type { Namespace } from "./namespace.ts";
import { eventually } from "./poll.ts";

/** A parent of test/programs/parent.c in a PID namespace of its own, as the agent in there sees it. */
export interface Parent {
  readonly pid: number;
  /** Its zombies, oldest first, as they are now. */
  zombies(): Promise<Json[]>;
  /** What it has said that matches. */
  said(pattern: RegExp): readonly string[];
  signal(signal: NodeJS.Signals): void;
  readonly exited: Promise<number>;
}

/** Starts it as a root process of the namespace, and waits until the agent knows of its zombies. */
export async function startParent(
  namespace: Namespace,
  agent: Agent,
  command: readonly string[],
  zombies = Number(command.at(-1)),
): Promise<Parent> {
  const child = namespace.start(command);
  const lines = linesOf(child.stdout);
  await lines.waitFor("ready");
  const line = command.join(" ");
  const { pid } = await eventually(line, async () =>
    ((await agent.json("/processes"))["processes"] as Json[]).find((process) => process["commandLine"] === line),
  );
  const own = async () =>
    ((await agent.json("/zombies"))["zombies"] as Json[]).filter((zombie) => zombie["parent"]?.pid === pid);
  await eventually(`${zombies} zombies of ${line}`, async () => (await own()).length === zombies);
  return {
    pid,
    zombies: own,
    said: lines.matching,
    // nsenter stands in front of it, which hands no signals on.
    signal: (signal) => void Bun.spawnSync([...namespace.enter, "kill", `-${signal.slice(3)}`, String(pid)]),
    exited: child.exited,
  };
}

/** The register's lines of some types, in order. */
export async function eventsOf(agent: Agent, types: string): Promise<Json[]> {
  return (await agent.json(`/events?types=${types}`))["events"];
}

/** Once there are so many of them. */
export function waitForEvents(agent: Agent, types: string, count = 1): Promise<Json[]> {
  return eventually(`${count} of ${types}`, async () => {
    const found = await eventsOf(agent, types);
    return found.length >= count ? found : null;
  });
}
