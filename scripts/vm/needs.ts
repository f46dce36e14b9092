/** What has to be installed, with the package of Debian that has it. */
const programs = {
  "qemu-system-x86_64": "qemu-system-x86",
  debootstrap: "debootstrap",
  "mkfs.ext4": "e2fsprogs",
  debugfs: "e2fsprogs",
};

/** Why no machine can be made here, in a sentence that says what to do; null when all is there. */
export function lacking(): string | null {
  if (process.platform !== "linux" || process.arch !== "x64")
    return `the machine is one of linux/x64, this is ${process.platform}/${process.arch}. Run it on such a host`;
  const missing = Object.entries(programs).filter(([name]) => Bun.which(name, { PATH: searchPath }) === null);
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, name]) => name))].join(" ");
    return `found no ${missing.map(([name]) => name).join(", ")}. Run apt-get install --no-install-recommends ${packages}`;
  }
  if (process.getuid?.() !== 0) return `found user ${process.getuid?.()}, and debootstrap is root's. Run it as root`;
  return null;
}

/** Half of them are in sbin, which is not on everyone's PATH. */
export const searchPath = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
