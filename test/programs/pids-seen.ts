import { createObserver } from "#daemon/observer.ts";
import { createPidCgroups } from "#daemon/pids/cgroups.ts";
import { lookAround } from "#daemon/surroundings.ts";
import { procRoot } from "#kernel/procfs/root.ts";

// Prints what can be read of the pids cgroups of every container, as JSON by container id.
const root = procRoot();
const { processes } = createObserver(root, Date.now, lookAround(root, process.pid)).table();
const cgroups = createPidCgroups(root);
const containers = Map.groupBy(processes, ({ container }) => container?.key ?? null);
containers.delete(null);
const seen = [...containers].map(([key, members]) => {
  const readings = cgroups.read(key ?? "", members);
  return [key, readings.map(({ level, limit }) => `${level} ${limit}`)];
});
console.log(JSON.stringify(Object.fromEntries(seen)));
