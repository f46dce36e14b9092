import type { IContainer, IPodSpec, ISecurityContext } from "kubernetes-models/v1";
import { manifestOf, profiles } from "../pod/manifests.ts";
import { configMapsOf } from "../pod/playable.ts";
import { sextonImage } from "../pod/sexton-image.ts";
import type { Given } from "./harness.ts";
import { containersOf, isSidecar } from "./kubelet/identity.ts";

type Workload = { readonly spec: { readonly template: { readonly spec: IPodSpec } } };

/** The pod of a manifest's Deployment as it is shipped, but for the images: those are made here, and nothing is pulled. */
export async function shipped(path: string, images: Readonly<Record<string, string>>): Promise<Given> {
  const { spec } = manifestOf<Workload>(path, "Deployment").spec.template;
  const sexton = await sextonImage();
  const adapt = (container: IContainer): IContainer => {
    const image = container.image?.startsWith("sexton:") ? sexton : images[container.name];
    if (image === undefined) throw new Error(`Cannot run k8s/${path}: no image for ${container.name}`);
    return { ...container, image };
  };
  const [initContainers, containers] = [(spec.initContainers ?? []).map(adapt), spec.containers.map(adapt)];
  return { spec: { ...spec, initContainers, containers }, configMaps: configMapsOf(path) };
}

/** With a profile of k8s/profiles, as its patch would have it, and with more variables. */
export function withProfile(spec: IPodSpec, profile: string, env: Readonly<Record<string, string>> = {}): IPodSpec {
  const context = profiles().get(profile);
  if (context === undefined) throw new Error(`Cannot use profile ${profile}: k8s/profiles has none of that name`);
  const initContainers = (spec.initContainers ?? []).map((container) =>
    isSidecar(container) ? patched(container, context, env) : container,
  );
  return { ...spec, initContainers, ...(profile === "userns" && { hostUsers: false }) };
}

function patched(container: IContainer, context: ISecurityContext, env: Readonly<Record<string, string>>): IContainer {
  const more = Object.entries(env).map(([name, value]) => ({ name, value }));
  return {
    ...container,
    env: [...(container.env ?? []), ...more],
    securityContext: { ...container.securityContext, ...context },
  };
}

export function containerOf(spec: IPodSpec, name: string): IContainer {
  const found = containersOf(spec).find((container) => container.name === name);
  if (found === undefined) throw new Error(`Cannot find container ${name}: the pod has none of that name`);
  return found;
}
