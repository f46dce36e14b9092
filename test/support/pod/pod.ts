import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IConfigMap, IPodSpec } from "kubernetes-models/v1";
import { writeAtomically } from "../atomic-writer.ts";
import type { Finished } from "./command.ts";
import { type Answer, type Call, curlFrom } from "./curl.ts";
import { groundFolder, podman, prepareGround, tryPodman } from "./ground.ts";
import { asKubeletWould, configMapFolder } from "./kubelet.ts";
import { claim, sweepLeftovers } from "./leftovers.ts";
import { removePod } from "./remove.ts";

/** A container of a running pod, seen from the host. */
type Running = { readonly name: string; readonly id: string; readonly pid: number; readonly running: boolean };

/** A pod that runs under podman. */
export type Pod = {
  readonly name: string;
  readonly uid: string;
  /** The process that holds the pod's namespaces: PID 1 inside, this pid outside. */
  readonly pausePid: number;
  readonly containerNames: readonly string[];
  container(name: string): Promise<Running>;
  /** Calls sexton's API the way another container of the pod would; a whole URL goes where it says. */
  api(path: string, call?: Call): Promise<Answer>;
  /** Runs a program in a container, as `kubectl exec` does. */
  exec(container: string, ...argv: readonly string[]): Promise<Finished>;
  /** Changes a ConfigMap, as far as its volume in this pod goes: in one step, as a kubelet does. */
  rewrite(volume: string, data: Readonly<Record<string, string>>): void;
  logs(): Promise<string>;
  stop(): Promise<void>;
};

/** Starts a pod with a shared PID namespace. Its name is unique, so tests neither meet nor depend on each other. */
export async function playPod(name: string, spec: IPodSpec, configMaps: readonly IConfigMap[] = []): Promise<Pod> {
  await prepareGround();
  await sweepLeftovers();
  const uid = crypto.randomUUID();
  const unique = `${name}-${uid.slice(0, 8)}`;
  const folder = join(groundFolder, "pods", uid);
  const manifest = join(folder, "pod.json");
  const nameOf = (container: string) => `${unique}-${container}`;
  const logs = () => collectLogs(spec, nameOf);
  const stop = async () => {
    await removePod(unique);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    mkdirSync(folder, { recursive: true });
    claim(folder, unique);
    const object = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: unique },
      spec: asKubeletWould(spec, folder, configMaps),
    };
    // JSON is YAML, and needs no quoting rules.
    writeFileSync(manifest, JSON.stringify(object, null, 2));
    await podman("kube", "play", "--quiet", "--network", "none", manifest);
    const infra = await podman("pod", "inspect", unique, "--format", "{{.InfraContainerID}}");
    const { pid: pausePid } = await inspect(infra.trim());
    return {
      name: unique,
      uid,
      pausePid,
      containerNames: spec.containers.map((container) => container.name),
      container: async (container) => ({ ...(await inspect(nameOf(container))), name: container }),
      api: (path, call) => curlFrom(pausePid, path.startsWith("/") ? `http://127.0.0.1:9099${path}` : path, call),
      exec: (container, ...argv) => tryPodman("exec", nameOf(container), ...argv),
      rewrite: (volume, data) => void writeAtomically(configMapFolder(folder, volume), data),
      logs,
      stop,
    };
  } catch (error) {
    const said = await logs();
    await stop();
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot start pod ${unique}: ${message}\n${said}`, { cause: error });
  }
}

async function inspect(container: string): Promise<Running> {
  const format =
    '{"name":{{json .Name}},"id":{{json .ID}},"pid":{{json .State.Pid}},"running":{{json .State.Running}}}';
  return JSON.parse(await podman("inspect", "--type", "container", "--format", format, container));
}

async function collectLogs(spec: IPodSpec, nameOf: (container: string) => string): Promise<string> {
  const parts = spec.containers.map(async ({ name }) => {
    const { stdout, stderr } = await tryPodman("logs", "--tail", "400", nameOf(name));
    return `--- ${name}\n${stdout}${stderr}`;
  });
  return (await Promise.all(parts)).join("\n");
}
