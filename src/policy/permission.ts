/** What the kernel weighs when a process wants to signal or look into another (credentials(7), kill(2)). */
export interface Credentials {
  readonly realUid: number;
  readonly savedUid: number;
  readonly realGid: number;
  readonly effectiveUid: number;
  readonly capabilities: bigint;
}

const CAP_KILL = 5n; // include/uapi/linux/capability.h

/**
 * Why kill(2) answered EPERM, and the lines for sexton's container that would mend it. A capability needs UID 0: under
 * another UID Kubernetes' `capabilities.add` has no effect, because ambient capabilities are not set.
 */
export function explainKillDenied(own: Credentials, target: Credentials): { reason: string; fix: string } {
  const sameUser = [target.realUid, target.savedUid].includes(own.effectiveUid);
  const hasKill = ((own.capabilities >> CAP_KILL) & 1n) === 1n;
  if (sameUser || hasKill) {
    return {
      reason: `the kernel refused although ${hasKill ? "sexton has CAP_KILL" : `both run as UID ${own.effectiveUid}`}: a security module (AppArmor, SELinux) stands between them`,
      fix: "securityContext:\n  appArmorProfile: { type: RuntimeDefault } # the same profile for sexton and the app",
    };
  }
  const asTarget = `securityContext:\n  runAsUser: ${target.realUid}\n  runAsGroup: ${target.realGid}`;
  const withKill = asRoot("KILL");
  return {
    reason: `sexton runs as UID ${own.effectiveUid} without CAP_KILL, the process as UID ${target.realUid}`,
    fix:
      target.realUid === 0
        ? `${asTarget}\n  runAsNonRoot: false`
        : `${asTarget}\n# or, to signal every user's processes:\n${withKill}`,
  };
}

/** The lines that would let sexton read what `/proc` hides of another user's process (ptrace(2), access mode checks). */
export function fixForReading(own: Credentials | null, target: Credentials): string {
  const asTarget = `securityContext:\n  runAsUser: ${target.realUid}\n  runAsGroup: ${target.realGid}`;
  const withPtrace = asRoot("SYS_PTRACE, DAC_READ_SEARCH");
  // Of the same user already: the process has made itself undumpable, or has capabilities that sexton lacks.
  if (own?.effectiveUid === target.realUid && own.realGid === target.realGid) return withPtrace;
  return `${asTarget}\n# or, where the process is not dumpable or of another user:\n${withPtrace}`;
}

/** `runAsNonRoot: false`, because a pod that says true would not start the container otherwise. */
function asRoot(capabilities: string): string {
  return `securityContext:\n  runAsUser: 0\n  runAsNonRoot: false\n  capabilities: { drop: [ALL], add: [${capabilities}] }`;
}
