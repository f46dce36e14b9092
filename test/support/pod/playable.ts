import type { IConfigMap, IContainer, IPodSpec } from "kubernetes-models/v1";
import { manifestOf, manifests } from "./manifests.ts";
import { sextonImage } from "./sexton-image.ts";

type Workload = { readonly spec: { readonly template: { readonly spec: IPodSpec } } };

export function configMapsOf(path: string): IConfigMap[] {
  return (manifests().get(path) ?? []).filter(({ kind }) => kind === "ConfigMap") as IConfigMap[];
}

/**
 * The pod of a manifest's Deployment as far as podman can play it. It does not know native sidecars: an init container would
 * have to end before the app starts, so the sidecar becomes a container beside it. It would run probes inside of the
 * containers, with a curl that is not there. And it may not pull, so the app's images are those that are made here.
 */
export async function playable(path: string, images: Readonly<Record<string, string>>): Promise<IPodSpec> {
  const { initContainers = [], containers, ...rest } = manifestOf<Workload>(path, "Deployment").spec.template.spec;
  const sexton = await sextonImage();
  const adapt = ({ restartPolicy, startupProbe, livenessProbe, readinessProbe, ...kept }: IContainer): IContainer => {
    const image = kept.image?.startsWith("sexton:") ? sexton : images[kept.name];
    if (image === undefined) throw new Error(`Cannot play k8s/${path}: no image for ${kept.name}`);
    return { ...kept, image, imagePullPolicy: "Never" };
  };
  const isSidecar = ({ restartPolicy }: IContainer) => restartPolicy === "Always";
  const first = initContainers.filter((each) => !isSidecar(each)).map(adapt);
  return {
    // What Kubernetes does where nothing is said.
    shareProcessNamespace: false,
    ...rest,
    ...(first.length === 0 ? {} : { initContainers: first }),
    containers: [...initContainers.filter(isSidecar), ...containers].map(adapt),
  };
}
