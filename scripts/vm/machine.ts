import { accessSync, appendFileSync, constants } from "node:fs";
import type { RootImage } from "./root-image.ts";

export interface Machine {
  readonly image: RootImage;
  readonly data: string;
  readonly accelerator: "auto" | "kvm" | "tcg";
  readonly limitSeconds: number;
  /** The file that has what it says on its serial line. */
  readonly console: string;
}

/** How it has ended: by itself, at the limit, or without having begun. */
export interface Ended {
  readonly accelerator: "kvm" | "tcg";
  readonly how: "off" | "limit" | "dead";
  readonly seconds: number;
}

/** A kernel that KVM runs says something within a second; one that it cannot (nested, without the right) never does. */
const silentSeconds = 15;

/** Runs the machine until it is off. Its process is ended in any case. */
export async function runMachine(machine: Machine): Promise<Ended> {
  const { accelerator } = machine;
  if (accelerator !== "tcg" && mayUseKvm()) {
    const ended = await boot(machine, "kvm");
    if (ended.how !== "dead" || accelerator === "kvm") return ended;
  } else if (accelerator === "kvm") throw new Error("Cannot use KVM: /dev/kvm cannot be opened. Leave --accel out");
  return boot(machine, "tcg");
}

async function boot({ image, data, limitSeconds, console }: Machine, accelerator: "kvm" | "tcg"): Promise<Ended> {
  const startedAt = performance.now();
  // Whatever ends this program, SIGKILL too, ends the machine.
  const sparing = ["nice", "-n", "10", "setpriv", "--pdeathsig", "KILL"];
  const child = Bun.spawn([...sparing, "qemu-system-x86_64", ...qemuArgs(image, data, accelerator)], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  // nice(1) and setpriv(1) become what they run, so this is the machine's own pid.
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const stop = () => process.exit(130);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  let said = false;
  let how: Ended["how"] = "off";
  const give = (up: Ended["how"], seconds: number, isMeant: () => boolean) =>
    setTimeout(() => {
      if (!isMeant()) return;
      how = up;
      end();
    }, seconds * 1000);
  const timers = [
    give("limit", limitSeconds, () => true),
    give("dead", silentSeconds, () => accelerator === "kvm" && !said),
  ];
  const keep = async (stream: ReadableStream<Uint8Array>, isConsole: boolean) => {
    for await (const chunk of stream) {
      appendFileSync(console, chunk);
      // It waits for a debugger then, and will never get further.
      if (!isConsole && new TextDecoder().decode(chunk).includes("KVM internal error")) {
        how = "dead";
        end();
      }
      said ||= isConsole;
    }
  };
  try {
    await Promise.all([keep(child.stdout, true), keep(child.stderr, false)]);
    const code = await child.exited;
    if (how === "off" && (code !== 0 || !said)) how = "dead";
  } finally {
    end();
    for (const timer of timers) clearTimeout(timer);
    process.off("exit", end);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, stop);
  }
  return { accelerator, how, seconds: (performance.now() - startedAt) / 1000 };
}

function qemuArgs({ disk, kernel, initrd }: RootImage, data: string, accelerator: "kvm" | "tcg"): string[] {
  const command = "root=/dev/vda rw console=ttyS0 panic=-1 net.ifnames=0 systemd.show_status=0 loglevel=4";
  // QEMU 7.2 emulates cmpxchg16b (X86_FEATURE_CX16) so that the kernel dies of it now and then (seen once: a double fault
  // in __kmalloc with flags that are none). Without the feature the kernel does without; programs may use it all the same.
  const emulated = accelerator === "tcg" ? " clearcpuid=141" : "";
  return [
    ...["-name", "sexton-vm", "-nodefaults", "-display", "none", "-no-reboot", "-nic", "none"],
    ...(accelerator === "kvm" ? ["-accel", "kvm", "-cpu", "host"] : ["-accel", "tcg,thread=multi", "-cpu", "max"]),
    ...["-m", "3072", "-smp", "2", "-serial", "stdio"],
    ...["-kernel", kernel, "-initrd", initrd, "-append", `${command}${emulated}`],
    // What is written to the first is gone with the machine.
    ...["-drive", `file=${disk},if=virtio,format=raw,snapshot=on`, "-drive", `file=${data},if=virtio,format=raw`],
  ];
}

function mayUseKvm(): boolean {
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
