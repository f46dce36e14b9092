import { readdirSync } from "node:fs";
import type { PodSource } from "#daemon/pods/pod-names.ts";
import { parseLogFolder } from "#process/pod.ts";

/**
 * Names by the folders that the kubelet makes for the logs of pods, mounted read-only from the node. The folder is there
 * before the pod's first container is, takes no right of the API, and costs one readdir(3).
 */
export function logFolders(directory: string): PodSource {
  return {
    name: directory,
    *list() {
      for (const entry of readdirSync(directory)) {
        const found = parseLogFolder(entry);
        if (found) yield [found.uid, found.names];
      }
    },
  };
}
