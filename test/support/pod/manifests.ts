import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ISecurityContext } from "kubernetes-models/v1";
import { parseAllDocuments } from "yaml";

/** An object of a manifest: what is known of it before it is validated. */
export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string };
};

const folder = join(import.meta.dir, "../../../k8s");
/** What is no manifest of its own: patches, and templates. */
const parts = /^(chart|component|profiles)\/|(^|\/)kustomization\.yaml$/;

/** Every manifest of k8s/, by its path in there. */
export function manifests(): ReadonlyMap<string, readonly KubernetesObject[]> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".yaml") && !parts.test(path))
    .sort();
  return new Map(files.map((path) => [path, objectsOf(readFileSync(join(folder, path), "utf8"))]));
}

/** The one object of a kind in a manifest of k8s/. */
export function manifestOf<T extends object>(path: string, kind: string): KubernetesObject & T {
  const [found, ...others] = (manifests().get(path) ?? []).filter((object) => object.kind === kind);
  if (found === undefined || others.length > 0) throw new Error(`Cannot take the ${kind} of k8s/${path}: not one`);
  return found as KubernetesObject & T;
}

export function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    const object = document.toJS();
    return object === null ? [] : [object];
  });
}

/** Of the profile signal the pod says it, for the app and for sexton; here as k8s/sidecar.yaml does. */
const appIds = { runAsUser: 101, runAsGroup: 101 };

/** The securityContext of each profile, out of what people copy. */
export function profiles(): ReadonlyMap<string, ISecurityContext> {
  const names = readdirSync(join(folder, "profiles")).sort();
  return new Map(
    names.map((name) => {
      const [patch] = objectsOf(readFileSync(join(folder, "profiles", name, "patch.yaml"), "utf8"));
      const { spec } = (patch as unknown as Patch).spec.template;
      const [sexton] = spec.initContainers;
      return [name, { ...(name === "signal" ? appIds : {}), ...sexton.securityContext }];
    }),
  );
}

type Patch = {
  readonly spec: {
    readonly template: { readonly spec: { readonly initContainers: readonly [{ securityContext: ISecurityContext }] } };
  };
};
