import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { type Agent, agentAt, program } from "./agent.ts";
import { image, prepareImage } from "./container-image.ts";
import { attempt, run, until } from "./tools.ts";

export interface Pod {
  /** Through the socket in a volume that it shares with the host. */
  readonly agent: Agent;
  /** The whole id of a container. */
  idOf(container: string): Promise<string>;
  /** What its main process is to the host. */
  pidOf(container: string): Promise<number>;
  remove(): Promise<void>;
}

/** Ends well on SIGTERM; takes more memory than there is on SIGUSR1. */
const app = "trap 'exit 0' TERM; trap 'tail /dev/zero' USR1; while :; do sleep 0.2; done";
/** The same, as its main process. */
const doomed = "trap 'exec tail /dev/zero' USR1; while :; do sleep 0.2; done";
const limited = { limits: { memory: "48Mi" } };

/** The sidecar of k8s/sidecar.yaml as far as podman plays it: the profile signal, one UID and GID for both. */
export async function playPod(name: string, runtime: string): Promise<Pod> {
  await prepareImage();
  const folder = `/run/${name}`;
  const socket = `${folder}/sexton.sock`;
  mkdirSync(folder);
  chownSync(folder, 1000, 1000);
  const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  const shell = (script: string) => ({ image, imagePullPolicy: "Never", command: ["/bin/sh", "-c", script] });
  const sexton = {
    name: "sexton",
    image,
    imagePullPolicy: "Never",
    command: ["/sexton"],
    args: ["--listen", "unix:///run/pod/sexton.sock"],
    securityContext: { ...restricted, readOnlyRootFilesystem: true },
    volumeMounts: [
      { name: "socket", mountPath: "/run/pod" },
      { name: "program", mountPath: "/sexton", readOnly: true },
    ],
  };
  const manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      shareProcessNamespace: true,
      restartPolicy: "Never",
      securityContext: { runAsUser: 1000, runAsGroup: 1000 },
      containers: [
        sexton,
        { name: "app", ...shell(app), securityContext: restricted },
        { name: "starved", ...shell(app), securityContext: restricted, resources: limited },
        { name: "doomed", ...shell(doomed), securityContext: restricted, resources: limited },
        { name: "other", ...shell(app), securityContext: { ...restricted, runAsUser: 1001, runAsGroup: 1001 } },
      ],
      volumes: [
        { name: "socket", hostPath: { path: folder, type: "Directory" } },
        { name: "program", hostPath: { path: program, type: "File" } },
      ],
    },
  };
  const file = `/run/${name}.json`;
  writeFileSync(file, JSON.stringify(manifest));
  const remove = async () => void (await attempt(["podman", "pod", "rm", "-f", "-t", "0", name]));
  const inspect = (container: string, field: string) =>
    run("podman", "inspect", "--type", "container", "--format", `{{${field}}}`, `${name}-${container}`);
  try {
    await run("podman", "--runtime", runtime, "kube", "play", "--quiet", "--network", "none", file);
    const agent = agentAt("http://localhost", remove, socket);
    await until("sexton in the pod", agent.ready);
    return {
      agent,
      idOf: (container) => inspect(container, ".ID"),
      pidOf: async (container) => Number(await inspect(container, ".State.Pid")),
      remove,
    };
  } catch (cause) {
    const { out, err } = await attempt(["podman", "logs", `${name}-sexton`]);
    await remove();
    throw new Error(`${(cause as Error).message}; sexton said: ${(out + err).slice(-300)}`);
  }
}
