import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IConfigMap, IContainer, IEnvVar, IPodSpec, IVolume } from "kubernetes-models/v1";
import { writeAtomically } from "../atomic-writer.ts";

/**
 * The part of a kubelet that podman does not play: the mount that tells a container's name, the downward API, an emptyDir
 * that every user may write to, and ConfigMap volumes with their symbolic links. All of it is folders of the pod, mounted as
 * hostPath volumes, and goes away with the pod's folder.
 */
export function asKubeletWould(spec: IPodSpec, folder: string, configMaps: readonly IConfigMap[]): IPodSpec {
  const containers = spec.containers.map((container) => withTerminationLog(container, folder));
  return {
    restartPolicy: "Never",
    shareProcessNamespace: true,
    ...spec,
    containers: containers.map(({ container }) => container),
    volumes: [
      ...(spec.volumes ?? []).map((volume) => onHost(volume, folder, configMaps)),
      ...containers.map(({ volume }) => volume),
    ],
  };
}

/** <root>/pods/<pod uid>/containers/<container>/<8 hex> at the termination message path is where names come from. */
function withTerminationLog(container: IContainer, folder: string): { container: IContainer; volume: IVolume } {
  const parent = join(folder, "containers", container.name);
  const path = join(parent, crypto.randomUUID().slice(0, 8));
  mkdirSync(parent, { recursive: true });
  writeFileSync(path, "");
  chmodSync(path, 0o666);
  const name = `termination-${container.name}`;
  const mount = { name, mountPath: "/dev/termination-log" };
  // A containerPort says something and does nothing; podman would want to publish it on a network that is not there.
  const { ports: _, env = [], ...rest } = container;
  const volumeMounts = [...(rest.volumeMounts ?? []), mount];
  return {
    container: { imagePullPolicy: "Never", ...rest, env: env.map(withField), volumeMounts },
    volume: { name, hostPath: { path, type: "File" } },
  };
}

/** The fields of the downward API, of which podman 4 knows only the first. */
const fields: Readonly<Record<string, string>> = {
  "metadata.name": "web-1",
  "metadata.namespace": "shop",
  "metadata.uid": crypto.randomUUID(),
  "spec.nodeName": "node-1",
  "status.podIP": "10.0.0.7",
};

function withField({ valueFrom, ...env }: IEnvVar): IEnvVar {
  const path = valueFrom?.fieldRef?.fieldPath;
  if (path === undefined) return { ...env, ...(valueFrom && { valueFrom }) };
  const value = fields[path];
  if (value === undefined) throw new Error(`Cannot set ${env.name}: the downward API has no ${path} here`);
  return { ...env, value };
}

/** As a folder of the node's, which is made. */
export function onHost(volume: IVolume, folder: string, configMaps: readonly IConfigMap[]): IVolume {
  const { name, emptyDir, configMap } = volume;
  if (emptyDir !== undefined) {
    const path = join(folder, "volumes/kubernetes.io~empty-dir", name);
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o777);
    return { name, hostPath: { path, type: "Directory" } };
  }
  if (configMap !== undefined) {
    const found = configMaps.find(({ metadata }) => metadata?.name === configMap.name);
    if (found === undefined) throw new Error(`Cannot mount volume ${name}: no ConfigMap ${configMap.name}`);
    const path = configMapFolder(folder, name);
    mkdirSync(path, { recursive: true });
    writeAtomically(path, found.data ?? {});
    return { name, hostPath: { path, type: "Directory" } };
  }
  return volume;
}

/** Where a ConfigMap volume of a pod is on the host. */
export function configMapFolder(folder: string, volume: string): string {
  return join(folder, "volumes/kubernetes.io~configmap", volume);
}
