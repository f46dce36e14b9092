import type { Agent } from "#daemon/agent.ts";
import type { Pids } from "#daemon/pids/pids.ts";
import type { PodNames } from "#daemon/pods/pod-names.ts";
import type { Watcher } from "#daemon/watch/watcher.ts";
import type { ZombieCare } from "#daemon/zombies/care.ts";
import type { DoctorReport } from "#http/views/diagnosis.ts";
import { libcProblem } from "#kernel/libc.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { ListenerLook } from "#policy/findings/listeners.ts";
import type { Reloads } from "#process/reload.ts";
import type { Surroundings } from "#process/table.ts";
import { type Delivery, describeLosses } from "#telemetry/delivery.ts";

interface Means {
  readonly root: ProcRoot;
  readonly surroundings: Surroundings;
  readonly pods: Pick<PodNames, "problem">;
  readonly agent: Agent;
  readonly pids: Pick<Pids, "budgets">;
  readonly zombies: Pick<ZombieCare, "report">;
  readonly watcher: Pick<Watcher, "status">;
  readonly reloads: Pick<Reloads, "watches">;
  readonly listeners: () => readonly ListenerLook[];
  /** Why files of credentials are not used as they are now. */
  readonly credentials: () => string | null;
  /** Null where no telemetry is sent. */
  readonly delivery: (() => Delivery) | null;
}

/** Looks at the pod each time that it is asked; those who ask while it looks are told the same. */
export function createDoctor(means: Means): () => Promise<DoctorReport> {
  let looking: Promise<DoctorReport> | null = null;
  return () => {
    looking ??= report(means).finally(() => {
      looking = null;
    });
    return looking;
  };
}

async function report(means: Means): Promise<DoctorReport> {
  const { pids, zombies, watcher, reloads, listeners, credentials, delivery } = means;
  // On demand: what it knows of pods is a tenth of a megabyte, and few ask.
  const [{ examine }, { diagnose }] = await Promise.all([
    import("#daemon/doctor/doctor.ts"),
    import("#policy/doctor.ts"),
  ]);
  const examined = await examine(means, watcher.status().mechanism);
  const status = delivery?.() ?? null;
  const budgets = pids.budgets();
  // Each of these may take a scan.
  await new Promise(setImmediate);
  // Asked once: the findings are about the status that is shown beside them.
  const watch = watcher.status();
  const findings = diagnose({
    reduced: libcProblem,
    watch,
    pids: budgets,
    zombies: zombies.report().zombies,
    watches: reloads.watches(),
    listeners: listeners(),
    credentials: credentials(),
    delivery: status && { losses: describeLosses(status), lastErrorAt: status.lastErrorAt },
    examination: examined,
  });
  return { findings, watch, examined };
}
