import type { IContainer, IPodSpec } from "kubernetes-models/v1";
import { manifestOf } from "../../support/pod/manifests.ts";

type Workload = { readonly spec: { readonly template: { readonly spec: IPodSpec } } };

/** The pod of a manifest's Deployment. */
export function podOf(path: string): IPodSpec {
  return manifestOf<Workload>(path, "Deployment").spec.template.spec;
}

/** The container of k8s/sidecar.yaml, which everything else that brings sexton into a pod is held against. */
export function sidecar(): IContainer {
  const found = podOf("sidecar.yaml").initContainers?.find(({ name }) => name === "sexton");
  if (found === undefined) throw new Error("Cannot find sexton in k8s/sidecar.yaml");
  return found;
}

/** What every app's sexton has in common: without its app's name, what it watches, where that is mounted, and its rights. */
export function common({ env = [], securityContext: _, volumeMounts: __, ...rest }: IContainer) {
  const ofTheApp = ["SEXTON_TARGET_CONTAINER", "SEXTON_WATCH"];
  return { ...rest, env: env.filter(({ name }) => !ofTheApp.includes(name)) };
}
