const tiniWarning =
  /^\[WARN {2}tini \(\d+\)\] Tini is not running as PID 1 .*\nZombie processes will not be .*\nTo fix the problem, .*\n/;

/** Without pids, and what tini says wherever it is not pid 1. */
export function plain(text: string): string {
  return text
    .replace(tiniWarning, "")
    .replace(/\[(\w+ *) tini \(\d+\)\]/g, "[$1 tini (PID)]")
    .replace(/\b(pid:? ')\d+'/g, "$1PID'")
    .replace(/\b(PID) \d+\b/g, "$1 PID");
}
