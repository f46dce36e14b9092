import { type Agent, type Json, runBinary } from "./binary.ts";
import { eventually } from "./poll.ts";

/** What `sexton doctor` finds through a running agent. */
export async function findingsOf(agent: Pick<Agent, "json">): Promise<Json[]> {
  return (await agent.json("/doctor"))["findings"] as Json[];
}

/** The first finding of a kind, as soon as there is one; of this container or process, where one is given. */
export function findingOf(agent: Pick<Agent, "json">, id: string, isMeant = (_: Json) => true): Promise<Json> {
  return eventually(`the finding ${id}`, async () =>
    (await findingsOf(agent)).find((finding) => finding["id"] === id && isMeant(finding)),
  );
}

/** The kinds of findings that there are, about one process where its pid is given. */
export async function idsOf(agent: Pick<Agent, "json">, pid?: number): Promise<string[]> {
  const findings = await findingsOf(agent);
  return findings
    .filter(({ process }) => pid === undefined || String(process).startsWith(`${pid}-`))
    .map(({ id }) => id as string);
}

/** Who runs a command line, once it does. */
export function pidOf(agent: Pick<Agent, "json">, command: string): Promise<number> {
  return eventually(command, async () => {
    const { processes } = await agent.json("/processes");
    return (processes as Json[]).find(({ commandLine }) => commandLine === command)?.["pid"] as number | undefined;
  });
}

/** The command line's own answer, from outside of the agent's namespace. */
export function runDoctor(agent: Pick<Agent, "url">, ...options: string[]) {
  return runBinary(["doctor", "--listen", agent.url.replace("http://", ""), ...options]);
}
