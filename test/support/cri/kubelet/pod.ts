import { rmSync } from "node:fs";
import type { IContainer } from "kubernetes-models/v1";
import { writeAtomically } from "../../atomic-writer.ts";
import { curlFrom } from "../../pod/curl.ts";
import { configMapFolder } from "../../pod/kubelet.ts";
import type { Pod } from "../../pod/pod.ts";
import { type Containerd, removeSandbox } from "../containerd.ts";
import type { Cri } from "../service.ts";
import { type ContainerState, containerState, ended, execIn, startContainer } from "./container.ts";
import { containersOf, isSidecar } from "./identity.ts";
import { readLog } from "./logs.ts";
import { probe } from "./probe.ts";
import { type PodPlan, type Sandbox, startSandbox } from "./sandbox.ts";
import { terminate } from "./terminate.ts";

/** A pod that runs under containerd; what the tests of podman's pods ask of theirs, they can ask of it too. */
export interface CriPod extends Pod {
  readonly ip: string;
  readonly sandboxId: string;
  /** Below the root of each hierarchy. */
  readonly cgroup: string;
  state(container: string): Promise<ContainerState>;
  /** When the next container was let start: after its end, or its startupProbe; milliseconds since 1970. */
  passedAt(initContainer: string): number;
  /** What a container has said, in all of its attempts. */
  log(container: string): string;
  /** Starts a container anew, once it has ended. */
  restart(container: string): Promise<void>;
  /** Ends the containers as a kubelet does when the pod is deleted; they can still be asked for. */
  terminate(graceSeconds: number): Promise<void>;
}

interface Started {
  readonly id: string;
  readonly attempt: number;
  readonly passedAt?: number;
}
type Containers = Map<string, Started>;

/** As a kubelet starts a pod: the init containers one after the other, and the others when the last is done or has started. */
export async function startPod(containerd: Containerd, plan: PodPlan): Promise<CriPod> {
  const { cri } = containerd;
  const sandbox = await startSandbox(containerd, plan);
  const started: Containers = new Map();
  const pod = podOf(cri, sandbox, started);
  try {
    for (const container of plan.spec.initContainers ?? []) {
      const id = await start(cri, sandbox, container, started);
      await passed(cri, sandbox, container, id);
      started.set(container.name, { id, attempt: 0, passedAt: Date.now() });
    }
    for (const container of plan.spec.containers) await start(cri, sandbox, container, started);
    return pod;
  } catch (cause) {
    const said = await pod.logs();
    await pod.stop();
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot start pod ${plan.identity.name}: ${message}\n${said}`, { cause });
  }
}

async function start(cri: Cri, sandbox: Sandbox, container: IContainer, started: Containers): Promise<string> {
  const attempt = (started.get(container.name)?.attempt ?? -1) + 1;
  const id = await startContainer(cri, sandbox, container, attempt);
  started.set(container.name, { id, attempt });
  return id;
}

async function passed(cri: Cri, sandbox: Sandbox, container: IContainer, id: string): Promise<void> {
  if (!isSidecar(container)) {
    const { exit_code } = await ended(cri, id);
    if (exit_code !== 0) throw new Error(`init container ${container.name} ended with exit code ${exit_code}`);
  } else if (container.startupProbe !== undefined) {
    await probe("the startupProbe", container, container.startupProbe, sandbox.ip);
  }
}

function podOf(cri: Cri, sandbox: Sandbox, started: Containers): CriPod {
  const { identity, spec, folder, pausePid } = sandbox;
  const known = (name: string) => {
    const found = started.get(name);
    if (found === undefined) throw new Error(`Cannot find container ${name} of ${identity.name}: it was not started`);
    return found;
  };
  const idOf = (name: string) => known(name).id;
  return {
    name: identity.name,
    uid: identity.uid,
    ip: sandbox.ip,
    sandboxId: sandbox.id,
    cgroup: sandbox.cgroup,
    pausePid,
    containerNames: containersOf(spec).map(({ name }) => name),
    state: (name) => containerState(cri, idOf(name)),
    passedAt: (name) => known(name).passedAt ?? Number.NaN,
    async container(name) {
      const { id, pid, state } = await containerState(cri, idOf(name));
      return { name, id, pid, running: state === "CONTAINER_RUNNING" };
    },
    api: (path, call) => curlFrom(pausePid, path.startsWith("/") ? `http://127.0.0.1:9099${path}` : path, call),
    exec: (name, ...command) => execIn(cri, idOf(name), command),
    rewrite: (volume, data) => void writeAtomically(configMapFolder(folder, volume), data),
    log: (name) => readLog(folder, name),
    async logs() {
      return [...started.keys()].map((name) => `--- ${name}\n${readLog(folder, name)}`).join("\n");
    },
    async restart(name) {
      await ended(cri, idOf(name));
      for (const container of containersOf(spec))
        if (container.name === name) await start(cri, sandbox, container, started);
    },
    terminate: (graceSeconds) => terminate(cri, spec, idOf, graceSeconds),
    async stop() {
      await removeSandbox(cri, sandbox.id);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
