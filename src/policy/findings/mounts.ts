import { containerName, type Finding, withLines, yamlWord } from "#policy/findings/finding.ts";
import type { Container } from "#process/container.ts";

/** A file of a ConfigMap, Secret or projected volume that is mounted by itself. */
export interface SubPathMount {
  readonly mountPoint: string;
  /** The volume has gone on since: the container has the file of before. */
  readonly stale: boolean;
}

/** A directory of the kubelet's AtomicWriter with something in it, `/..2026_01_01_00_00_00.123456789/key`. */
const insideGeneration = /\/\.\.\d{4}(_\d\d){5}\.\d+\/./;

/** By the roots of mounts, the fourth field of proc_pid_mountinfo(5). A subPath of a disk or emptyDir is none of them. */
export function subPathMounts(
  mounts: readonly { readonly root: string; readonly mountPoint: string }[],
): SubPathMount[] {
  return mounts
    .filter(({ root }) => insideGeneration.test(root))
    .map(({ root, mountPoint }) => ({ mountPoint, stale: root.endsWith("//deleted") }));
}

export interface MountLook {
  readonly container: Container | null;
  readonly subPaths: readonly SubPathMount[];
}

export function mountFindings(looks: readonly MountLook[]): Finding[] {
  return looks.flatMap(({ container, subPaths }): Finding[] => {
    if (subPaths.length === 0) return [];
    const stale = subPaths.filter((mount) => mount.stale);
    const name = containerName(container);
    const points = (stale.length > 0 ? stale : subPaths).map(({ mountPoint }) => mountPoint);
    const [first = ""] = points;
    return [
      {
        id: "sub-path-mount",
        severity: stale.length > 0 ? "warning" : "info",
        title: `Container ${name ?? "without an id"} ${stale.length > 0 ? "has an old file of a volume" : "will not see changes of a volume"}`,
        seen: `${points.join(", ")}: ${points.length === 1 ? "a subPath mount" : "subPath mounts"} of a ConfigMap, Secret or projected volume${stale.length > 0 ? ", which has another version since" : ""}.`,
        why: "A subPath mount stays as it was when the container started, and no reload makes a difference.",
        fix: withLines(
          "Mount the whole volume at a directory:",
          `volumeMounts:\n  - { name: config, mountPath: ${yamlWord(first.replace(/\/[^/]*$/, "") || "/config")} } # without subPath`,
        ),
        container: name,
      },
    ];
  });
}
