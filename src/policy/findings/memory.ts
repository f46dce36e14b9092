import { type Finding, withLines } from "#policy/findings/finding.ts";

/** Of sexton's own container. */
export interface MemoryLook {
  /** Bytes; null: no limit, or none that can be seen. */
  readonly limit: number | null;
  /** What counts against it and cannot be dropped: without inactive page cache. */
  readonly workingSet: number | null;
}

const lowShare = 0.85;

/** Whether sexton is about to be killed for its memory. */
export function memoryFindings({ limit, workingSet }: MemoryLook): Finding[] {
  if (limit === null || workingSet === null || workingSet < limit * lowShare) return [];
  const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MiB`;
  return [
    {
      id: "memory-low",
      severity: "warning",
      title: "sexton's container is short of memory",
      seen: `${mebibytes(workingSet)} of ${mebibytes(limit)} are in use.`,
      why: "Beyond the limit the kernel kills sexton, and what it knew of the past is lost.",
      fix: withLines("Give its container:", "resources:\n  limits: { memory: 128Mi }"),
    },
  ];
}
