import type { Attributes } from "@opentelemetry/api";
import { type OtelEnv, readVariable } from "#telemetry/otel-env.ts";

/** What the pod's manifest hands in by the downward API (k8s/sidecar.yaml), and what the conventions call it. */
const downward = {
  POD_NAME: "k8s.pod.name",
  POD_NAMESPACE: "k8s.namespace.name",
  POD_UID: "k8s.pod.uid",
  POD_IP: "k8s.pod.ip",
  NODE_NAME: "k8s.node.name",
  CONTAINER_NAME: "k8s.container.name",
} as const;

/**
 * Who tells: service.* and k8s.*; what OTEL_RESOURCE_ATTRIBUTES says wins. Nothing of sexton's own process: its
 * process.pid would be taken for one of those that it tells about.
 */
export function resourceAttributes(
  env: OtelEnv,
  version: string,
  given: Readonly<Record<string, string>>,
  random: () => string,
): Attributes {
  const pod = Object.entries(downward).flatMap(([name, attribute]) => {
    const value = readVariable(env, name);
    return value === undefined ? [] : [[attribute, value] as const];
  });
  const serviceName = readVariable(env, "OTEL_SERVICE_NAME");
  return {
    "service.name": "sexton",
    "service.version": version,
    "service.instance.id": instanceId(env) ?? random(),
    ...Object.fromEntries(pod),
    ...given,
    // The one variable that the specification puts above OTEL_RESOURCE_ATTRIBUTES.
    ...(serviceName === undefined ? {} : { "service.name": serviceName }),
  };
}

/** As the OpenTelemetry operator names the instances of a pod: namespace.pod.container. */
function instanceId(env: OtelEnv): string | null {
  const namespace = readVariable(env, "POD_NAMESPACE");
  const pod = readVariable(env, "POD_NAME");
  const container = readVariable(env, "CONTAINER_NAME");
  if (namespace !== undefined && pod !== undefined) return [namespace, pod, container].filter(Boolean).join(".");
  const uid = readVariable(env, "POD_UID");
  return uid === undefined ? null : [uid, container].filter(Boolean).join(".");
}
