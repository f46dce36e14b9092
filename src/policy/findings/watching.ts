import type { Finding } from "#policy/findings/finding.ts";

export interface Watching {
  /** Why there is no FFI; null where there is. */
  readonly reduced: string | null;
  readonly watch: { readonly mechanism: "aio" | "timer" | "sweep"; readonly watched: number; readonly swept: number };
}

/** How well sexton hears of births and ends. */
export function watchingFindings({ reduced, watch }: Watching): Finding[] {
  if (reduced !== null) return [reducedMode(reduced)];
  const findings: Finding[] = [];
  if (watch.mechanism !== "aio") {
    findings.push({
      id: "exits-polled",
      severity: "info",
      title: "Exits are polled for",
      seen: "io_setup(2) is refused",
      why: "Exits are heard of within 50 ms instead of 1 ms.",
      fix: "Allow io_setup, io_submit and io_getevents in the seccomp profile, as the runtimes' defaults do.",
    });
  }
  if (watch.swept > 0) {
    findings.push({
      id: "processes-swept",
      severity: "warning",
      title: "Some processes have no pidfd",
      seen: `${watch.watched} processes are watched, ${watch.swept} only swept once a second`,
      why: "Their exits are found up to a second late, and most often without the exit code.",
      fix: "Raise the limit of open files (RLIMIT_NOFILE) of sexton's container; the kernel needs 5.3 or newer.",
    });
  }
  return findings;
}

function reducedMode(reason: string): Finding {
  return {
    id: "reduced-mode",
    severity: "warning",
    title: "Reduced mode",
    seen: reason,
    why: "Without calls into libc there are no pidfds: signals go by pid after a check of the start time, and exits are found within a second, without their code.",
    fix: "Allow memory that is writable and executable (no deny_execmem, no MDWE), and leave BUN_JSC_useJIT unset.",
  };
}
