import { readFileSync } from "node:fs";
import type { Facts } from "../result.ts";
import { attempt, readOrNull, run } from "./tools.ts";

export async function factsOf(): Promise<Facts> {
  const versionOf = async (name: string) => {
    const { code, out } = await attempt([name, "--version"]).catch(() => ({ code: 1, out: "" }));
    const version = /\d+(\.\d+)+/.exec(out)?.[0];
    return code === 0 && version ? [`${name} ${version}`] : [];
  };
  const release = readFileSync("/etc/os-release", "utf8");
  const libc = (await run("ldd", "--version")).split("\n")[0]?.match(/[\d.]+$/)?.[0];
  return {
    system: /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? "unknown",
    kernel: readFileSync("/proc/sys/kernel/osrelease", "utf8").trim(),
    cgroup: cgroupOf(readFileSync("/proc/self/mountinfo", "utf8")),
    libc: `glibc ${libc ?? "unknown"}`,
    arch: await run("uname", "-m"),
    systemd: (await run("systemctl", "--version")).split(/[ \n]/)[1] ?? "unknown",
    runtimes: (await Promise.all(["podman", "crun", "runc"].map(versionOf))).flat(),
    sexton: await run("/vm/sexton", "version").catch(() => "unknown"),
  };
}

/** Which hierarchies are mounted; v2 alone is "pure v2". */
export function cgroupOf(mountinfo: string): string {
  const kinds = new Set([...mountinfo.matchAll(/ - (cgroup2?) /g)].map(([, kind]) => kind));
  if (!kinds.has("cgroup2")) return kinds.has("cgroup") ? "v1" : "none";
  return kinds.has("cgroup") ? "hybrid" : "pure v2";
}

/** Who is pid 1, by its name. */
export const initName = () => (readOrNull("/proc/1/comm") ?? "").trim();
