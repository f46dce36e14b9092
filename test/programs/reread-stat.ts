// Reads its own stat again and again while it burns CPU time, and prints how often the figures were not today's.
import { isUnread } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { readStat, rereadStat, type StatLine } from "#kernel/procfs/stat.ts";

const root = procRoot();
let line: StatLine | undefined;
let stale = 0;
for (let round = 0; round < 10; round++) {
  for (const end = performance.now() + 15; performance.now() < end; );
  const again = rereadStat(root, process.pid, line);
  const fresh = readStat(root, process.pid);
  if (again === null || isUnread(again) || fresh === null || isUnread(fresh))
    throw new Error("own stat cannot be read");
  // Between the two reads a tick may pass, but not ten.
  if (fresh.userTicks + fresh.systemTicks - again.stat.userTicks - again.stat.systemTicks > 2) stale++;
  line = again;
}
console.log(stale);
