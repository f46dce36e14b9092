import type { IContainer, IEnvVar } from "kubernetes-models/v1";
import { nodeName, type PodIdentity } from "./identity.ts";

/** The variables of a container, those of the downward API among them. */
export function environmentOf(container: IContainer, pod: PodIdentity, ip: string): readonly object[] {
  return (container.env ?? []).map((variable) => ({ key: variable.name, value: read(variable, pod, ip) }));
}

function read({ name, value = "", valueFrom }: IEnvVar, pod: PodIdentity, ip: string): string {
  if (valueFrom === undefined) return value;
  const path = valueFrom.fieldRef?.fieldPath ?? "";
  const fields: Readonly<Record<string, string>> = {
    "metadata.name": pod.name,
    "metadata.namespace": pod.namespace,
    "metadata.uid": pod.uid,
    "spec.nodeName": nodeName,
    "status.podIP": ip,
  };
  const found = fields[path];
  if (found === undefined) throw new Error(`Cannot set ${name}: the downward API of the tests has no "${path}"`);
  return found;
}
