import type { IContainer } from "kubernetes-models/v1";

/** What a kubelet asks the runtime for (pkg/kubelet/kuberuntime/kuberuntime_container_linux.go). */
export function resourcesOf({ resources }: IContainer): object {
  const cpu = resources?.requests?.["cpu"];
  const memory = resources?.limits?.["memory"];
  return {
    // 2 is the least that the kernel takes.
    cpu_shares: Math.max(2, Math.floor((milliCpus(String(cpu ?? "0")) * 1024) / 1000)),
    ...(memory !== undefined && { memory_limit_in_bytes: bytes(String(memory)) }),
  };
}

const milliCpus = (text: string) => (text.endsWith("m") ? Number(text.slice(0, -1)) : Number(text) * 1000);

const units: Readonly<Record<string, number>> = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

function bytes(text: string): number {
  const unit = units[text.slice(-2)];
  const value = unit === undefined ? Number(text) : Number(text.slice(0, -2)) * unit;
  if (!Number.isInteger(value)) throw new Error(`Cannot take "${text}" as an amount of memory`);
  return value;
}
