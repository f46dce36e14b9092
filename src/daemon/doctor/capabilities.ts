import type { OwnCgroup } from "#daemon/doctor/own.ts";
import { mayCallPtrace } from "#kernel/attach-access.ts";
import { libcProblem } from "#kernel/libc.ts";
import { closePidfd, pidfdOpen, pidfdOwner, pidfdSendSignal, pidfdTellsExits } from "#kernel/pidfd.ts";
import { readFdCount } from "#kernel/procfs/fd-count.ts";
import { readLimits } from "#kernel/procfs/limits.ts";
import { isUnread, orNull } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import { readSysctlNumber } from "#kernel/procfs/sysctl.ts";
import { type Capability, capabilityNames, hasCapability } from "#policy/findings/capability.ts";
import type { InotifyLook } from "#policy/findings/inotify.ts";
import type { MemoryLook } from "#policy/findings/memory.ts";
import type { UserLook } from "#policy/findings/rights.ts";

interface Known {
  readonly mechanism: "aio" | "timer" | "sweep";
  readonly inotify: InotifyLook;
  readonly memory: MemoryLook;
  readonly cgroup: OwnCgroup;
  readonly hidepid: string | null;
  /** The users of other containers, each looked into. */
  readonly peers: readonly UserLook[];
}

/** What there is to work with. All of it is tried or read now; nothing follows from a version. */
export function tryCapabilities(root: ProcRoot, known: Known): Capability[] {
  return [...kernel(known), ...peers(root, known), ...container(root, known)];
}

function kernel({ mechanism, inotify }: Known): Capability[] {
  const ffi = libcProblem === null;
  const opened = ffi ? pidfdOpen(process.pid) : "unavailable";
  const pidfd = typeof opened === "number" ? opened : null;
  const sent = pidfd === null ? null : pidfdSendSignal(pidfd, 0) === "sent";
  const owner = pidfd === null ? null : pidfdOwner(pidfd) !== null;
  if (pidfd !== null) closePidfd(pidfd);
  return [
    { name: "ffi", available: ffi, how: "libc was loaded and called", detail: libcProblem ?? "calls into libc work" },
    of("pidfd_open", pidfd !== null, "opened for sexton itself", "a process cannot be confused with a later one"),
    of("pidfd_send_signal", sent, "signal 0 to sexton itself", "signals cannot reach another process than was meant"),
    of("pidfd-credentials", owner, "PIDFD_GET_INFO of sexton itself (Linux 6.13)", "users are told without /proc"),
    of(
      "pidfd-exit-status",
      pidfdTellsExits(),
      "PIDFD_GET_INFO of the last process that was collected (Linux 6.15)",
      "exit codes are known whoever collects them",
    ),
    of("aio-poll", mechanism === "aio", "IOCB_CMD_POLL waits for ends at this moment", `exits by ${mechanism}`),
    of(
      "inotify",
      inotify.refusal === null,
      "one more instance with a watch",
      inotify.refusal ??
        `${inotify.own.instances} instances and ${inotify.own.watches} watches of sexton, of ${inotify.most.instances ?? "?"} and ${inotify.most.watches ?? "?"} for its user`,
    ),
  ];
}

function peers(root: ProcRoot, { peers: users, hidepid }: Known): Capability[] {
  const attach = users.flatMap(({ readable }) => (readable.attach === null ? [] : [readable.attach]));
  const yama = readSysctlNumber(root, "kernel/yama/ptrace_scope");
  const scope = yama === null ? "no Yama" : `kernel.yama.ptrace_scope is ${yama}`;
  const share = (all: readonly boolean[]) => `${all.filter(Boolean).length} of ${all.length} users of other containers`;
  const exe = users.flatMap(({ readable }) => (readable.exe === null ? [] : [readable.exe]));
  const signal = users.flatMap(({ maySignal }) => (maySignal === null ? [] : [maySignal]));
  return [
    of("ptrace", mayCallPtrace(), "PTRACE_CONT of a process that is not traced", scope),
    of("ptrace-attach", any(attach), "process_vm_readv(2) of nothing, which asks for the same", share(attach)),
    of("read-peers", any(exe), "readlink(2) of /proc/PID/exe", share(exe)),
    of("signal-peers", any(signal), "signal 0", share(signal)),
    of("proc-unhidden", hidepid === null, "mount options of /proc", hidepid ?? "no hidepid"),
  ];
}

function container(root: ProcRoot, { cgroup, memory }: Known): Capability[] {
  const status = orNull(readStatus(root, "self"));
  const mask = status?.capabilities.effective ?? null;
  const held = mask === null ? [] : capabilityNames(mask);
  const limits = readLimits(root, process.pid);
  const soft = isUnread(limits) ? null : (limits.get("Max open files")?.soft ?? null);
  const open = orNull(readFdCount(root, process.pid));
  const capability = (name: "KILL" | "SYS_PTRACE" | "DAC_READ_SEARCH", purpose: string) =>
    of(
      `cap-${name.toLowerCase().replaceAll("_", "-")}`,
      mask === null ? null : hasCapability(mask, name),
      "CapEff of /proc/self/status",
      purpose,
    );
  const filter = status?.seccomp ?? null;
  return [
    capability("KILL", "signals to every user's processes"),
    capability("SYS_PTRACE", "looking into every user's processes, and adopting their zombies"),
    capability("DAC_READ_SEARCH", "environ, io and descriptors of every user's processes"),
    of("capabilities", mask === null ? null : mask !== 0n, "CapEff of /proc/self/status", held.join(", ") || "none"),
    of(
      "no-new-privileges",
      status?.noNewPrivileges ?? null,
      "NoNewPrivs of /proc/self/status",
      "what allowPrivilegeEscalation: false sets",
    ),
    of(
      "seccomp",
      filter === null ? null : filter !== 0,
      "Seccomp of /proc/self/status",
      `mode ${filter ?? "unknown"}, ${status?.seccompFilters ?? "?"} filters`,
    ),
    of(
      "cgroup",
      cgroup.version !== null,
      "/proc/self/cgroup",
      `version ${cgroup.version ?? "unknown"}, path ${cgroup.path ?? "unknown"}`,
    ),
    of(
      "memory-limit",
      memory.workingSet === null ? null : memory.limit !== null,
      "the memory cgroup",
      memory.limit === null ? "no limit is seen" : `${memory.workingSet} of ${memory.limit} bytes`,
    ),
    of(
      "descriptors",
      open === null || soft === null ? null : open < soft,
      "RLIMIT_NOFILE",
      `${open ?? "?"} of ${soft ?? "?"} are open`,
    ),
  ];
}

const of = (name: string, available: boolean | null, how: string, detail: string): Capability => ({
  name,
  available,
  how,
  detail,
});

/** Null where there is nobody to try it on. */
const any = (tried: readonly boolean[]) => (tried.length === 0 ? null : tried.some(Boolean));
