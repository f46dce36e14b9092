import { isProblem } from "#base/errors.ts";
import type { Agent } from "#daemon/agent.ts";
import { tryCapabilities } from "#daemon/doctor/capabilities.ts";
import { lookAtContainers } from "#daemon/doctor/containers.ts";
import { lookAtInotify } from "#daemon/doctor/inotify.ts";
import { ownCgroup, ownMemory } from "#daemon/doctor/own.ts";
import { createPace } from "#daemon/doctor/pace.ts";
import { mayPtrace, missingFiles, readHidepid } from "#daemon/doctor/proc.ts";
import type { PodNames } from "#daemon/pods/pod-names.ts";
import { receiverOf } from "#daemon/receiver.ts";
import { orNull } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import type { Examination } from "#policy/doctor.ts";
import type { Capability } from "#policy/findings/capability.ts";
import { placeOf } from "#policy/findings/place.ts";
import type { MainLook } from "#policy/findings/signals.ts";
import { findApps } from "#process/app.ts";
import type { SignalReceiver } from "#process/disposition.ts";
import type { Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";
import type { ProcessTable, Surroundings } from "#process/table.ts";

interface Means {
  readonly root: ProcRoot;
  readonly agent: Pick<Agent, "table" | "targets" | "knownTarget">;
  readonly surroundings: Surroundings;
  readonly pods: Pick<PodNames, "problem">;
}

export interface Examined extends Examination {
  readonly capabilities: readonly Capability[];
}

/** All looking together takes no more of this process's time; what is left by then is left out. */
const mostMs = 80;

/** Looks at the pod for one question: nothing of it goes on by itself. */
export async function examine(
  { root, agent, surroundings, pods }: Means,
  mechanism: "aio" | "timer" | "sweep",
): Promise<Examined> {
  const pace = createPace(mostMs);
  const table = agent.table();
  await pace.breathe();
  const previews = agent.targets();
  await pace.breathe();
  const aimed = previews.flatMap(({ named }) => (isProblem(named.found) ? [] : [named.found.process]));
  const containers = await lookAtContainers(root, table, aimed, pace);
  const targets = previews.map(({ named }) => ({
    named,
    receiver: isProblem(named.found) ? null : receiverNow(root, named.found.process),
  }));
  await pace.breathe();
  const mains = mainLooks(root, table, aimed);
  const inotify = await lookAtInotify(root, table, pace);
  const cgroup = ownCgroup(root);
  const memory = ownMemory(cgroup);
  const hidepid = readHidepid(root);
  const peers = containers.filter(({ role }) => role !== "self" && role !== "pause").flatMap(({ users }) => users);
  return {
    table,
    place: placeOf(table, surroundings.initialNamespace),
    hidepid: hidepid !== null && mayPtrace(root) ? null : hidepid,
    containers,
    mains,
    targets,
    main: agent.knownTarget({}),
    inotify,
    memory,
    missing: missingFiles(root),
    namesProblem: pods.problem(),
    capabilities: tryCapabilities(root, { mechanism, inotify, memory, cgroup, hidepid, peers }),
  };
}

/** The main processes of containers, and targets that are in none. */
function mainLooks(root: ProcRoot, table: ProcessTable, targets: readonly Process[]): MainLook[] {
  const mains = findApps(table).map(({ main }) => main);
  const apart = targets.filter(({ role, pid }) => role === "other" && !mains.some((main) => main.pid === pid));
  return [...mains, ...apart].flatMap((main) => {
    const receiver = receiverNow(root, main);
    const children = table.processes.filter((process) => process.ppid === main.pid && !hasEnded(process));
    return receiver ? [{ main, receiver, children }] : [];
  });
}

function receiverNow(root: ProcRoot, process: Process): SignalReceiver | null {
  const status = orNull(readStatus(root, process.pid));
  return status && receiverOf(root, process, status);
}
