import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, until } from "../pod/command.ts";
import { hasEnded } from "../pod/remove.ts";
import { removeCgroups } from "./cgroups.ts";
import { readDefinition } from "./definition.ts";
import { cniPlugins, containerdEnv, program } from "./ground.ts";
import { type Cri, connect } from "./service.ts";
import { claimSlot, type Slot } from "./slot.ts";

/** A containerd of the tests' own: the machine's, if it has one, is left alone. */
export interface Containerd {
  readonly cri: Cri;
  readonly socket: string;
  /** Where what its kubelet keeps is. */
  readonly folder: string;
  /** Above the cgroups of its pods. */
  readonly cgroupRoot: string;
  stop(): Promise<void>;
}

export async function startContainerd(sandboxImage: string): Promise<Containerd> {
  const slot = claimSlot();
  const cgroupRoot = `/sexton-cri-${slot.number}`;
  const files = layOut(slot, sandboxImage);
  await endLeftover(files.pid, files.config);
  const forwards = readFileSync(ipForward, "utf8");
  // As a child of nobody here: bun ends those of its own when a test takes too long, and the next tests need it.
  const daemon = [program("containerd"), files.config, files.log];
  const pid = Number(
    await run(["sh", "-c", '"$0" --config "$1" >"$2" 2>&1 & echo $!', ...daemon], { env: containerdEnv }),
  );
  writeFileSync(files.pid, String(pid));
  const cri = connect(files.socket, readDefinition(program("containerd")));
  const stop = async () => {
    try {
      await removeAll(cri);
      await removeCgroups(cgroupRoot);
    } finally {
      cri.close();
      await end(pid);
      await unmountBelow(slot.folder);
      // The plugin that connects a pod with the node has the node forward packets, and leaves it so.
      if (readFileSync(ipForward, "utf8") !== forwards) writeFileSync(ipForward, forwards);
      rmSync(files.pid, { force: true });
      slot.release();
    }
  };
  try {
    await until("containerd to be ready", async () => {
      if (hasEnded(pid)) throw new Error(`containerd has ended, its log is ${files.log}`);
      const { status } = await cri.runtime<Status>("Status");
      const waits = status.conditions.find((condition) => !condition.status);
      if (waits !== undefined) throw new Error(`${waits.type}: ${waits.message}`);
      return true;
    });
    // What a run has left that was killed.
    await removeAll(cri);
    await removeCgroups(cgroupRoot);
    rmSync(join(slot.folder, "pods"), { recursive: true, force: true });
    return { cri, socket: files.socket, folder: slot.folder, cgroupRoot, stop };
  } catch (cause) {
    const last = readFileSync(files.log, "utf8").trim().split("\n").slice(-20).join("\n");
    await stop().catch(() => {});
    throw new Error(`Cannot start containerd: ${cause instanceof Error ? cause.message : cause}\n${last}`, { cause });
  }
}

interface Status {
  readonly status: { readonly conditions: readonly { type: string; status: boolean; message: string }[] };
}

const ipForward = "/proc/sys/net/ipv4/ip_forward";

function layOut({ folder, number }: Slot, sandboxImage: string) {
  const at = (name: string) => join(folder, name);
  const files = { config: at("config.toml"), socket: at("c.sock"), log: at("containerd.log"), pid: at("pid") };
  mkdirSync(at("cni"), { recursive: true });
  // Of the addresses that RFC 2544 sets aside for tests. Each pod has a cable to the node, and no other.
  const ipam = { type: "host-local", dataDir: at("addresses"), ranges: [[{ subnet: `198.18.${number}.0/24` }]] };
  const network = { cniVersion: "0.4.0", name: `sexton-${number}`, plugins: [{ type: "ptp", ipam }] };
  writeFileSync(join(at("cni"), "10-pods.conflist"), JSON.stringify(network));
  writeFileSync(
    files.config,
    `version = 2
root = "${at("root")}"
state = "${at("state")}"
[grpc]
  address = "${files.socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${sandboxImage}"
  # Where root has no CAP_SYS_RESOURCE, nobody may have less of it than containerd.
  restrict_oom_score_adj = true
  disable_tcp_service = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniPlugins}"
    conf_dir = "${at("cni")}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
      Root = "${at("runc")}"
`,
  );
  return files;
}

/** A run that was killed has left its containerd; what that ran is found by the next one, as after a crash. */
async function endLeftover(pidFile: string, config: string): Promise<void> {
  const pid = Number(
    await Bun.file(pidFile)
      .text()
      .catch(() => "0"),
  );
  const isOurs = pid > 1 && !hasEnded(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(config);
  if (isOurs) await end(pid);
}

async function end(pid: number): Promise<void> {
  if (!hasEnded(pid)) process.kill(pid, "SIGTERM");
  await until("containerd to end", async () => hasEnded(pid) || undefined);
}

async function removeAll(cri: Cri): Promise<void> {
  const { items } = await cri.runtime<{ items: readonly { id: string }[] }>("ListPodSandbox");
  for (const { id } of items) await removeSandbox(cri, id);
}

/** With all containers in it. */
export async function removeSandbox(cri: Cri, id: string): Promise<void> {
  await cri.runtime("StopPodSandbox", { pod_sandbox_id: id });
  await cri.runtime("RemovePodSandbox", { pod_sandbox_id: id });
}

async function unmountBelow(folder: string): Promise<void> {
  const mounted = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const points = mounted.flatMap((line) => line.split(" ")[4] ?? []).filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) await run(["umount", "--lazy", point]);
}
