import type { IPodSpec } from "kubernetes-models/v1";
import type { Cri } from "../service.ts";
import { isSidecar } from "./identity.ts";

/** What is left to those that come late, in seconds (minimumGracePeriodInSeconds). */
const leastSeconds = 2;

/**
 * In the order of pkg/kubelet/kuberuntime/kuberuntime_termination_order.go: all containers of the pod at once, and when the
 * last of them has ended, its sidecars one by one, the last first. All of it within one grace period.
 */
export async function terminate(
  cri: Cri,
  spec: IPodSpec,
  idOf: (container: string) => string,
  graceSeconds: number,
): Promise<void> {
  const end = performance.now() + 1000 * graceSeconds;
  const stop = (name: string) => {
    const left = Math.round((end - performance.now()) / 1000);
    return cri.runtime("StopContainer", { container_id: idOf(name), timeout: Math.max(leastSeconds, left) });
  };
  await Promise.all(spec.containers.map(({ name }) => stop(name)));
  for (const { name } of [...(spec.initContainers ?? [])].filter(isSidecar).reverse()) await stop(name);
}
