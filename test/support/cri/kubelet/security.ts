import type { IContainer, IPodSpec } from "kubernetes-models/v1";

/** Of pkg/securitycontext/util.go: what /proc and /sys hide from a container, and what it may only read there. */
const maskedPaths = [
  ...["/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list"],
  ...["/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"],
];
const readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/** Who shares what in a pod; PID namespaces are shared where it says so. */
export function namespacesOf(spec: IPodSpec): object {
  const pid = spec.shareProcessNamespace ? "POD" : "CONTAINER";
  const users = spec.hostUsers === false ? { userns_options: { mode: "POD", uids: podUsers, gids: podUsers } } : {};
  return { network: "POD", ipc: "POD", pid, ...users };
}

/** The length that the kubelet gives every pod, at a place that no user of this machine has. */
export const podUsers = [{ container_id: 0, host_id: 1 << 20, length: 1 << 16 }];

export type User = { readonly uid: number } | { readonly username: string } | null;

/**
 * What a kubelet makes of both security contexts, the container's own before the pod's. The user of the image counts
 * where neither says one.
 */
export function securityOf(spec: IPodSpec, container: IContainer, imageUser: User): object {
  const own = container.securityContext ?? {};
  const pod = spec.securityContext ?? {};
  const user = own.runAsUser ?? pod.runAsUser;
  const group = own.runAsGroup ?? pod.runAsGroup;
  const nonRoot = own.runAsNonRoot ?? pod.runAsNonRoot ?? false;
  const uid = user ?? (imageUser !== null && "uid" in imageUser ? imageUser.uid : undefined);
  if (nonRoot && (uid === undefined || uid === 0))
    throw new Error(`Cannot start ${container.name}: it has runAsNonRoot, and its user is ${uid ?? "not a number"}`);
  const groups = [...(pod.supplementalGroups ?? []), ...(pod.fsGroup === undefined ? [] : [pod.fsGroup])];
  return {
    namespace_options: namespacesOf(spec),
    ...(uid !== undefined && { run_as_user: { value: uid } }),
    ...(uid === undefined && imageUser !== null && "username" in imageUser && { run_as_username: imageUser.username }),
    ...(group !== undefined && { run_as_group: { value: group } }),
    supplemental_groups: groups,
    privileged: own.privileged ?? false,
    readonly_rootfs: own.readOnlyRootFilesystem ?? false,
    no_new_privs: own.allowPrivilegeEscalation === false,
    seccomp: { profile_type: (own.seccompProfile ?? pod.seccompProfile)?.type ?? "Unconfined" },
    capabilities: {
      add_capabilities: own.capabilities?.add ?? [],
      drop_capabilities: own.capabilities?.drop ?? [],
    },
    masked_paths: maskedPaths,
    readonly_paths: readonlyPaths,
  };
}
