import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { run } from "./command.ts";

export interface RootImage {
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}

/** What is played with: systemd, two runtimes, podman; an app that reloads, and parents that are not written in JavaScript. */
const packages = [
  ...["linux-image-cloud-amd64", "systemd-sysv", "dbus", "kmod", "procps", "util-linux"],
  ...["podman", "crun", "runc", "catatonit", "busybox-static", "nginx-light", "python3-minimal"],
];

/** The one thing that the machine is for: what is on the second disk, and then off. */
const unit = `[Unit]
Description=Play sexton
After=multi-user.target nginx.service
RequiresMountsFor=/vm
SuccessAction=poweroff-force
FailureAction=poweroff-force

[Service]
Type=oneshot
ExecStart=/bin/sh /vm/run.sh
TimeoutStartSec=infinity
StandardOutput=journal

[Install]
WantedBy=graphical.target
`;

/** Of what would only take time from the checks. */
const masked = ["apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "e2scrub_all.timer"];
masked.push("fstrim.timer", "getty@tty1.service", "serial-getty@ttyS0.service", "podman-auto-update.timer");

/** Changes whenever another image would be made. */
const recipe = createHash("sha256")
  .update(JSON.stringify([packages, unit, masked]))
  .digest("hex")
  .slice(0, 12);

/** The disk of a release with its kernel: made once, and again when its recipe has changed. */
export async function rootImage(suite: string, cache: string, mirror: string, fresh: boolean): Promise<RootImage> {
  const folder = join(cache, `${suite}-${recipe}`);
  const image = { disk: join(folder, "root.img"), kernel: join(folder, "vmlinuz"), initrd: join(folder, "initrd.img") };
  if (existsSync(folder) && !fresh) return image;
  mkdirSync(join(cache, "packages"), { recursive: true, mode: 0o755 });
  const work = mkdtempSync(join(cache, ".making-"));
  try {
    const root = join(work, "root");
    const made = join(work, "image");
    mkdirSync(made);
    const include = `--include=${packages.join(",")}`;
    const debs = `--cache-dir=${join(cache, "packages")}`;
    await run(["debootstrap", "--variant=minbase", debs, include, suite, root, mirror], 1200);
    configure(root);
    await makeInitrd(root);
    const boot = readdirSync(join(root, "boot"));
    for (const [prefix, target] of [
      ["vmlinuz-", "vmlinuz"],
      ["initrd.img-", "initrd.img"],
    ] as const) {
      const found = boot.find((name) => name.startsWith(prefix));
      if (found === undefined) throw new Error(`Cannot use the image of ${suite}: found no ${prefix}* in its /boot`);
      renameSync(join(root, "boot", found), join(made, target));
    }
    // Without a loop device or a mount, so that a container may make it too.
    await run(["mkfs.ext4", "-q", "-L", "sexton-root", "-d", root, join(made, "root.img"), "3G"], 300);
    // Those of older recipes too.
    for (const name of readdirSync(cache).filter((name) => name.startsWith(`${suite}-`)))
      rmSync(join(cache, name), { recursive: true, force: true });
    renameSync(made, folder);
    return image;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * What the kernel's package brings along makes one by itself: initramfs-tools with all drivers, but dracut (Debian after
 * trixie) with those of the machine that this runs on.
 */
async function makeInitrd(root: string): Promise<void> {
  if (!existsSync(join(root, "usr/bin/dracut"))) return;
  const [version] = readdirSync(join(root, "lib/modules"));
  const drivers = "virtio_pci virtio_blk ext4";
  const dracut = ["dracut", "--force", "--no-hostonly", "--add-drivers", drivers, `/boot/initrd.img-${version}`];
  const mounted = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"';
  await run(["unshare", "--mount", "sh", "-c", mounted, root, ...dracut, `${version}`], 300);
}

function configure(root: string): void {
  const etc = join(root, "etc");
  const units = join(etc, "systemd/system");
  writeFileSync(join(etc, "hostname"), "sexton-vm\n");
  writeFileSync(join(etc, "fstab"), "LABEL=sexton-vm /vm ext4 sync 0 0\n");
  mkdirSync(join(root, "vm"));
  writeFileSync(join(units, "sexton-vm.service"), unit);
  mkdirSync(join(units, "graphical.target.wants"), { recursive: true });
  symlinkSync("/etc/systemd/system/sexton-vm.service", join(units, "graphical.target.wants/sexton-vm.service"));
  symlinkSync("/lib/systemd/system/graphical.target", join(units, "default.target"));
  for (const name of masked) {
    rmSync(join(units, name), { force: true });
    symlinkSync("/dev/null", join(units, name));
  }
  for (const folder of ["var/cache/apt/archives", "var/lib/apt/lists", "usr/share/doc", "usr/share/man"])
    rmSync(join(root, folder), { recursive: true, force: true });
}
