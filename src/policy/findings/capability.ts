/** Something of the kernel or of sexton's container that sexton makes use of. */
export interface Capability {
  readonly name: string;
  /** Null: it could not be tried. */
  readonly available: boolean | null;
  /** What was tried or read. */
  readonly how: string;
  /** What came of it, or what it is for. */
  readonly detail: string;
}

/** include/uapi/linux/capability.h, by number. */
const names = [
  "CHOWN",
  "DAC_OVERRIDE",
  "DAC_READ_SEARCH",
  "FOWNER",
  "FSETID",
  "KILL",
  "SETGID",
  "SETUID",
  "SETPCAP",
  "LINUX_IMMUTABLE",
  "NET_BIND_SERVICE",
  "NET_BROADCAST",
  "NET_ADMIN",
  "NET_RAW",
  "IPC_LOCK",
  "IPC_OWNER",
  "SYS_MODULE",
  "SYS_RAWIO",
  "SYS_CHROOT",
  "SYS_PTRACE",
  "SYS_PACCT",
  "SYS_ADMIN",
  "SYS_BOOT",
  "SYS_NICE",
  "SYS_RESOURCE",
  "SYS_TIME",
  "SYS_TTY_CONFIG",
  "MKNOD",
  "LEASE",
  "AUDIT_WRITE",
  "AUDIT_CONTROL",
  "SETFCAP",
  "MAC_OVERRIDE",
  "MAC_ADMIN",
  "SYSLOG",
  "WAKE_ALARM",
  "BLOCK_SUSPEND",
  "AUDIT_READ",
  "PERFMON",
  "BPF",
  "CHECKPOINT_RESTORE",
] as const;

/** As Kubernetes writes them, without CAP_; what has no name yet by its number. */
export function capabilityNames(mask: bigint): string[] {
  const held: string[] = [];
  for (let number = 0; number < 64; number++) {
    if ((mask >> BigInt(number)) & 1n) held.push(names[number] ?? String(number));
  }
  return held;
}

export function hasCapability(mask: bigint, name: (typeof names)[number]): boolean {
  return ((mask >> BigInt(names.indexOf(name))) & 1n) === 1n;
}

/** Of the options of a mount of proc(5) that which hides processes; null: none does. */
export function hidepidOf(options: string): string | null {
  const found = /(?:^|,)(hidepid=([^,]*)|subset=pid)(?=,|$)/g;
  const all = [...options.matchAll(found)].filter(([, , value]) => value !== "0" && value !== "off");
  return all.find(([, text]) => text?.startsWith("hidepid"))?.[1] ?? null;
}
