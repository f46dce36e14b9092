import type { Log } from "#base/log.ts";
import type { Config } from "#config/schema.ts";
import { tellProc } from "#daemon/doctor/proc.ts";
import { kubeletPods } from "#daemon/pods/kubelet.ts";
import { logFolders } from "#daemon/pods/log-folders.ts";
import { createPodNames, noPodNames, type PodNames } from "#daemon/pods/pod-names.ts";
import { isNodePosition } from "#daemon/position.ts";
import { lookAround } from "#daemon/surroundings.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { Surroundings } from "#process/table.ts";

/** Where sexton looks from, and who the pods are that it sees. Settled at the start. */
export interface PlaceOfAgent {
  readonly surroundings: Surroundings;
  readonly isNode: boolean;
  readonly pods: PodNames;
}

export function findPlace(
  root: ProcRoot,
  { position, node }: Config,
  command: number | null,
  log: Pick<Log, "warn">,
): PlaceOfAgent {
  tellProc(root, log);
  const around = lookAround(root, process.pid, command);
  const isNode = isNodePosition(root, position, around);
  // A node that is a container itself, as kind makes them, has a PID namespace of its own: then it is the setting that tells.
  const surroundings = { ...around, initialNamespace: around.initialNamespace || isNode };
  return { surroundings, isNode, pods: isNode ? podNames(node) : noPodNames };
}

function podNames({ podLogs, kubelet, tokenFile, caFile }: Config["node"]): PodNames {
  const sources = [
    ...(podLogs === null ? [] : [logFolders(podLogs)]),
    ...(kubelet === null ? [] : [kubeletPods({ url: kubelet, tokenFile, caFile })]),
  ];
  return createPodNames(sources, () => performance.now());
}
