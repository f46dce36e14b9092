import { pidFindings } from "#policy/pid-findings.ts";
import type { ContainerPidBudget, PidBudget } from "#policy/pids.ts";
import { watchFindings } from "#policy/watch-findings.ts";
import { type AdvisedZombie, zombieFindings } from "#policy/zombie-findings.ts";
import type { WatchState } from "#process/reload.ts";

/** Something that a person should know, with what mends it. */
export interface Finding {
  readonly severity: "error" | "warning" | "info";
  readonly title: string;
  readonly seen: string;
  readonly why: string;
  readonly fix: string;
}

/** What the findings are drawn from. */
export interface Symptoms {
  /** Why there is no FFI; null where there is. */
  readonly reduced: string | null;
  readonly watch: { readonly mechanism: "aio" | "timer" | "sweep"; readonly watched: number; readonly swept: number };
  readonly pids: { readonly pod: PidBudget; readonly containers: ReadonlyMap<string, ContainerPidBudget> };
  readonly zombies: readonly AdvisedZombie[];
  readonly watches: readonly WatchState[];
}

export function diagnose({ reduced, watch, pids, zombies, watches }: Symptoms): Finding[] {
  const findings: Finding[] = [];
  if (reduced !== null) {
    findings.push({
      severity: "warning",
      title: "Reduced mode",
      seen: reduced,
      why: "Without calls into libc there are no pidfds: signals go by pid after a check of the start time, and exits are found within a second, without their code.",
      fix: "Allow memory that is writable and executable (no deny_execmem, no MDWE), and leave BUN_JSC_useJIT unset.",
    });
  } else if (watch.mechanism !== "aio") {
    findings.push({
      severity: "info",
      title: "Exits are polled for",
      seen: "io_setup(2) is refused",
      why: "Exits are heard of within 50 ms instead of 1 ms.",
      fix: "Allow io_setup, io_submit and io_getevents in the seccomp profile, as the runtimes' defaults do.",
    });
  }
  if (reduced === null && watch.swept > 0) {
    findings.push({
      severity: "warning",
      title: "Some processes have no pidfd",
      seen: `${watch.watched} processes are watched, ${watch.swept} only swept once a second`,
      why: "Their exits are found up to a second late, and most often without the exit code.",
      fix: "Raise the limit of open files (RLIMIT_NOFILE) of sexton's container; the kernel needs 5.3 or newer.",
    });
  }
  return [...findings, ...pidFindings(pids), ...zombieFindings(zombies), ...watchFindings(watches)];
}
