/**
 * A pid names a process only for as long as it lives; together with the start time it names it for good. `startTicks`
 * is field 22 of /proc/PID/stat: 1/100 s since boot.
 */
export interface ProcessId {
  readonly pid: number;
  readonly startTicks: number;
}

/** As text, `17-49123`. */
export function formatId({ pid, startTicks }: ProcessId): string {
  return `${pid}-${startTicks}`;
}

/** Linux allows pids up to PID_MAX_LIMIT, 2^22 (proc_sys_kernel(5)). */
export const pidLimit = 4_194_304;

/**
 * Reads `17` or `17-49123`; startTicks is null where none is given. Null for everything that cannot name one process:
 * 0 and negative numbers, which kill(2) takes for groups, too large ones, other text.
 */
export function parseProcessRef(text: string): { pid: number; startTicks: number | null } | null {
  const match = /^([1-9]\d{0,6})(?:-(\d{1,15}))?$/.exec(text);
  if (!match || Number(match[1]) > pidLimit) return null;
  return { pid: Number(match[1]), startTicks: match[2] === undefined ? null : Number(match[2]) };
}
