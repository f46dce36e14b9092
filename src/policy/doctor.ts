import { isProblem, type Problem } from "#base/errors.ts";
import { type DeliveryLook, deliveryFindings } from "#policy/findings/delivery.ts";
import { type Finding, severities } from "#policy/findings/finding.ts";
import { type InotifyLook, inotifyFindings } from "#policy/findings/inotify.ts";
import { credentialFindings, type ListenerLook, listenerFindings } from "#policy/findings/listeners.ts";
import { type MemoryLook, memoryFindings } from "#policy/findings/memory.ts";
import { type MountLook, mountFindings } from "#policy/findings/mounts.ts";
import { nodeFindings, type ProcFile } from "#policy/findings/node.ts";
import { type Budgets, pidFindings } from "#policy/findings/pids.ts";
import { placeFindings, type Surveyed } from "#policy/findings/place.ts";
import { placementFindings } from "#policy/findings/placement.ts";
import { type ContainerLook, rightsFindings } from "#policy/findings/rights.ts";
import {
  lookOf,
  type MainLook,
  reloadFindings,
  type TargetLook,
  terminationFindings,
} from "#policy/findings/signals.ts";
import { targetFindings } from "#policy/findings/targets.ts";
import { watchFindings } from "#policy/findings/watches.ts";
import { type Watching, watchingFindings } from "#policy/findings/watching.ts";
import { type AdvisedZombie, zombieFindings } from "#policy/findings/zombies.ts";
import type { Target } from "#policy/target.ts";

/** What was found when the pod was looked at for this one question. */
export interface Examination extends Omit<Surveyed, "watches"> {
  readonly containers: readonly (ContainerLook & MountLook)[];
  readonly mains: readonly MainLook[];
  readonly targets: readonly TargetLook[];
  readonly main: Target | Problem;
  readonly inotify: InotifyLook;
  readonly memory: MemoryLook;
  /** Files of /proc that cannot be read. */
  readonly missing: readonly ProcFile[];
  /** Why pods have no names. */
  readonly namesProblem: string | null;
}

/** What the findings are drawn from: what the agent knows anyhow, and the examination. */
export interface Symptoms extends Watching, Pick<Surveyed, "watches"> {
  readonly pids: Budgets;
  readonly zombies: readonly AdvisedZombie[];
  readonly listeners: readonly ListenerLook[];
  /** Why files of tokens or certificates are not used as they are now. */
  readonly credentials: string | null;
  readonly delivery: DeliveryLook | null;
  readonly examination: Examination;
}

/** Every finding, the gravest first. */
export function diagnose(symptoms: Symptoms): Finding[] {
  const { pids, zombies, watches, listeners, credentials, delivery, examination } = symptoms;
  const { table, place, containers, mains, targets, main, inotify, memory } = examination;
  const named = targets.map((look) => look.named);
  const findings = [
    ...placeFindings({ ...examination, watches }),
    ...nodeFindings(examination),
    ...targetFindings({ table, place, targets: named, main, watches }),
    ...rightsFindings(containers, signalledPids(symptoms)),
    ...terminationFindings(mains, place),
    ...reloadFindings(targets, main, watches),
    ...watchFindings(watches),
    ...mountFindings(containers),
    ...inotifyFindings(inotify, watches),
    ...zombieFindings(zombies),
    ...pidFindings(pids),
    ...watchingFindings(symptoms),
    ...memoryFindings(memory),
    ...listenerFindings(listeners),
    ...credentialFindings(credentials),
    ...placementFindings(table, place),
    ...deliveryFindings(delivery, table.observedAt),
  ];
  return findings.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

function signalledPids({ watches, examination: { targets, main } }: Symptoms): ReadonlySet<number> {
  return new Set(
    watches.flatMap(({ settings: { target, http } }) => {
      const found = http === null ? lookOf(target, targets, main)?.named.found : undefined;
      return found && !isProblem(found) ? [found.process.pid] : [];
    }),
  );
}
