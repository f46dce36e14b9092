import type { IContainer, IEnvVar } from "kubernetes-models/v1";
import { until } from "./command.ts";
import { profiles } from "./manifests.ts";
import type { Pod } from "./pod.ts";
import { sextonImage } from "./sexton-image.ts";

type Profile = "observe" | "signal" | "signal-any" | "full";

/** sexton as a container of a pod: its own image, a profile of k8s/profiles, and settings from the environment. */
export async function sextonContainer(
  profile: Profile,
  env: Readonly<Record<string, string>> = {},
  securityContext: object = {},
): Promise<IContainer> {
  const found = profiles().get(profile);
  if (found === undefined) throw new Error(`Cannot use profile ${profile}: k8s/profiles has none of that name`);
  return {
    name: "sexton",
    image: await sextonImage(),
    env: Object.entries(env).map(([name, value]): IEnvVar => ({ name, value })),
    securityContext: { ...found, ...securityContext },
  };
}

/** A process as `GET /processes` lists it; the fields that the tests look at. */
export type Listed = {
  readonly pid: number;
  readonly id: string;
  readonly ppid: number;
  readonly name: string;
  readonly commandLine: string;
  readonly exe: string | null;
  readonly uid: number;
  readonly role: string;
  readonly container: { readonly id: string; readonly name: string } | null;
  readonly denied?: readonly string[];
};

export async function listProcesses(pod: Pod, query = ""): Promise<readonly Listed[]> {
  const answer = await pod.api(`/processes${query}`);
  if (answer.status !== 200) throw new Error(`Cannot list processes: ${answer.status} ${answer.text}`);
  return (answer.json() as { processes: Listed[] }).processes;
}

/** Which processes they are; everything else about a process may differ from one moment to the next. */
export const idsOf = (processes: readonly Listed[]): readonly string[] => processes.map(({ id }) => id);

/** nginx's master and its workers, once all of them are there. */
export function nginxProcesses(pod: Pod): Promise<{ master: Listed; workers: readonly Listed[] }> {
  return until("nginx with two workers", async () => {
    const all = await listProcesses(pod, "?name=nginx");
    const master = all.find(({ ppid }) => ppid === 0);
    // A worker on its way out says so in its title.
    const workers = all.filter(({ ppid, commandLine }) => ppid === master?.pid && !commandLine.includes("shutting"));
    return master !== undefined && workers.length === 2 ? { master, workers } : undefined;
  });
}

export function post(pod: Pod, path: string, body?: object) {
  if (body === undefined) return pod.api(path, { method: "POST" });
  const headers = { "content-type": "application/json" };
  return pod.api(path, { method: "POST", headers, body: JSON.stringify(body) });
}
