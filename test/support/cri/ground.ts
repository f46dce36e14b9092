import { existsSync } from "node:fs";
import { podTestsCanRun } from "../pod/ground.ts";

const programs = ["containerd", "containerd-shim-runc-v2", "ctr", "runc"] as const;
/** Where Debian has the plugins for networks of pods. */
export const cniPlugins = "/usr/lib/cni";
const plugins = ["ptp", "host-local", "loopback"];
const path = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
export const containerdEnv = { ...process.env, PATH: path };

export function program(name: (typeof programs)[number]): string {
  const found = Bun.which(name, { PATH: path });
  if (found === null) throw new Error(`Cannot run ${name}: it is not installed`);
  return found;
}

/** Whether containerd can run pods here, and if not, what this machine lacks. Their images are made with podman. */
export function criTestsCanRun(): { readonly ok: boolean; readonly reason: string } {
  const pods = podTestsCanRun();
  if (!pods.ok) return pods;
  const missing: string[] = programs.filter((name) => Bun.which(name, { PATH: path }) === null);
  missing.push(...plugins.map((name) => `${cniPlugins}/${name}`).filter((plugin) => !existsSync(plugin)));
  if (missing.length === 0) return { ok: true, reason: "" };
  return { ok: false, reason: `not installed: ${missing.join(", ")} (see .ci/run for the packages)` };
}
