import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IConfigMap, IContainer, IPodSpec } from "kubernetes-models/v1";
import { onHost } from "../../pod/kubelet.ts";
import { podUsers } from "./security.ts";

/** Where each volume of a pod is on the node, after it has been made. */
export type Volumes = ReadonlyMap<string, string>;

export function makeVolumes(spec: IPodSpec, folder: string, configMaps: readonly IConfigMap[]): Volumes {
  return new Map(
    (spec.volumes ?? []).map((volume) => {
      const { hostPath } = onHost(volume, folder, configMaps);
      if (hostPath === undefined)
        throw new Error(`Cannot mount volume ${volume.name}: only emptyDir, configMap and hostPath are emulated`);
      return [volume.name, hostPath.path];
    }),
  );
}

/** The pod's /etc/hosts. */
export const hostsFile = (folder: string) => join(folder, "etc-hosts");

/** In the order of pkg/kubelet/kubelet_pods.go, makeMounts: volumes, /etc/hosts, the termination log. */
export function mountsOf(spec: IPodSpec, container: IContainer, folder: string, volumes: Volumes): readonly object[] {
  const mapped = spec.hostUsers === false ? { uidMappings: podUsers, gidMappings: podUsers } : {};
  const mounted = (container.volumeMounts ?? []).map(({ name, mountPath, readOnly = false, subPath }) => {
    const host_path = volumes.get(name);
    if (host_path === undefined || subPath !== undefined)
      throw new Error(`Cannot mount ${name} into ${container.name}: no such volume, or with a subPath`);
    return { container_path: mountPath, host_path, readonly: readOnly, ...mapped };
  });
  return [
    ...mounted,
    { container_path: "/etc/hosts", host_path: hostsFile(folder) },
    {
      container_path: container.terminationMessagePath ?? "/dev/termination-log",
      host_path: terminationLog(folder, container.name),
    },
  ];
}

/** <root>/pods/<pod uid>/containers/<container>/<8 hex>: where sexton has the names of containers from. */
function terminationLog(folder: string, container: string): string {
  const parent = join(folder, "containers", container);
  mkdirSync(parent, { recursive: true });
  const path = join(parent, crypto.randomUUID().slice(0, 8));
  writeFileSync(path, "");
  chmodSync(path, 0o666);
  return path;
}
