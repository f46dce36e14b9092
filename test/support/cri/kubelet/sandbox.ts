import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { IConfigMap, IPodSpec } from "kubernetes-models/v1";
import { limitPids } from "../cgroups.ts";
import type { Containerd } from "../containerd.ts";
import { type Info, verbose } from "./container.ts";
import { cgroupParent, labelsOf, type PodIdentity } from "./identity.ts";
import { logFolder } from "./logs.ts";
import { namespacesOf } from "./security.ts";
import { hostsFile, makeVolumes, type Volumes } from "./volumes.ts";

/** A pod's sandbox, which its containers are put into. */
export interface Sandbox {
  readonly id: string;
  readonly config: object;
  readonly identity: PodIdentity;
  readonly spec: IPodSpec;
  /** What the kubelet keeps of the pod: <root>/pods/<uid>. */
  readonly folder: string;
  readonly volumes: Volumes;
  readonly cgroup: string;
  readonly ip: string;
  /** Of the process that holds the namespaces, on the node. */
  readonly pausePid: number;
}

export interface PodPlan {
  readonly identity: PodIdentity;
  readonly spec: IPodSpec;
  readonly configMaps: readonly IConfigMap[];
  /** As the kubelet's setting podPidsLimit, which counts for the pod as a whole. */
  readonly podPidsLimit?: number;
}

export async function startSandbox({ cri, folder: root, cgroupRoot }: Containerd, plan: PodPlan): Promise<Sandbox> {
  const { identity, spec } = plan;
  const folder = join(root, "pods", identity.uid);
  mkdirSync(logFolder(folder), { recursive: true });
  const volumes = makeVolumes(spec, folder, plan.configMaps);
  const cgroup = cgroupParent(cgroupRoot, identity.uid, spec);
  if (plan.podPidsLimit !== undefined) limitPids(cgroup, plan.podPidsLimit);
  const config = {
    metadata: { name: identity.name, uid: identity.uid, namespace: identity.namespace, attempt: 0 },
    hostname: spec.hostname ?? identity.name,
    log_directory: logFolder(folder),
    labels: labelsOf(identity),
    linux: {
      cgroup_parent: cgroup,
      security_context: { namespace_options: namespacesOf(spec), seccomp: { profile_type: "RuntimeDefault" } },
    },
  };
  const { pod_sandbox_id: id } = await cri.runtime<{ pod_sandbox_id: string }>("RunPodSandbox", { config });
  const request = { pod_sandbox_id: id, verbose: true };
  const { status, info } = await cri.runtime<SandboxStatus>("PodSandboxStatus", request);
  const ip = status.network?.ip ?? "";
  writeFileSync(hostsFile(folder), `127.0.0.1\tlocalhost\n${ip}\t${identity.name}\n`);
  return { id, config, identity, spec, folder, volumes, cgroup, ip, pausePid: verbose<{ pid: number }>(info).pid };
}

interface SandboxStatus {
  readonly status: { readonly network: { readonly ip: string } | null };
  readonly info: Info;
}
