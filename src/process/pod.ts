/** A pod, by what is known of it. Its UID is in cgroup paths and mounts; its name and namespace only on a node that tells. */
export interface Pod {
  readonly uid: string;
  readonly name: string | null;
  readonly namespace: string | null;
}

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

// The UID is that of the API server, or for a static pod 32 hex digits that the kubelet has made from its manifest.
const logFolder =
  /^([a-z0-9][a-z0-9-]{0,62})_([a-z0-9][a-z0-9.-]{0,252})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})$/;

/**
 * The kubelet keeps a pod's logs in /var/log/pods/<namespace>_<name>_<uid> (BuildPodLogsDirectory of its
 * pkg/kubelet/kuberuntime/helpers.go); none of the three has an underscore.
 */
export function parseLogFolder(name: string): { readonly uid: string; readonly names: PodName } | null {
  const [, namespace, pod, uid] = logFolder.exec(name) ?? [];
  return namespace && pod && uid ? { uid, names: { namespace, name: pod } } : null;
}

/** Matches what a person types: `web-1`, `default/web-1`, the UID or the start of it. */
export function podMatches(pod: Pod | null | undefined, text: string): boolean {
  if (!pod || text === "") return false;
  return pod.name === text || podLabel(pod) === text || pod.uid.startsWith(text);
}

/** `default/web-1`; null where the pod has no name that is known. */
export function podLabel(pod: Pod | null | undefined): string | null {
  return pod?.name != null ? `${pod.namespace ?? ""}/${pod.name}` : null;
}
