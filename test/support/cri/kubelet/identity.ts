import type { IContainer, IPodSpec } from "kubernetes-models/v1";

/** A pod as a kubelet is given it: what belongs to it beside its spec. */
export interface PodIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

export const nodeName = "node-1";

/** What the runtime is asked to label a pod's sandbox and containers with (pkg/kubelet/kuberuntime/labels.go). */
export const labelsOf = ({ name, namespace, uid }: PodIdentity) => ({
  "io.kubernetes.pod.name": name,
  "io.kubernetes.pod.namespace": namespace,
  "io.kubernetes.pod.uid": uid,
});

export const isSidecar = ({ restartPolicy }: IContainer) => restartPolicy === "Always";

export const containersOf = (spec: IPodSpec): readonly IContainer[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];

/**
 * The parent of a pod's cgroups, as the cgroupfs driver names it below the kubelet's own root (--cgroup-root). None of the
 * manifests here is of the class Guaranteed.
 */
export function cgroupParent(root: string, uid: string, spec: IPodSpec): string {
  const asks = containersOf(spec).some(({ resources }) => resources?.requests ?? resources?.limits);
  return `${root}/kubepods/${asks ? "burstable" : "besteffort"}/pod${uid}`;
}
