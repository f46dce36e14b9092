// Measures sexton's scan inside the compiled binary, because that is what ships. For a line "<what> N" on stdin it does
// it N times and prints the nanoseconds of each on a line of its own.
import { systemClock } from "#base/clock.ts";
import { createObserver } from "#daemon/observer.ts";
import { lookAround } from "#daemon/surroundings.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { readStat } from "#kernel/procfs/stat.ts";

const root = procRoot();
const observer = createObserver(root, systemClock, lookAround(root, process.pid));

const measures: Readonly<Record<string, () => unknown>> = {
  scan: () => observer.table(0),
  stat: () => {
    for (const pid of root.pids()) readStat(root, pid);
  },
  // Its whole life is measured, since that is what a caller waits for; where its output goes costs it nothing.
  ps: () => Bun.spawnSync(["ps", "-e", "-o", "pid,ppid,stat,comm"], { stdout: "ignore" }),
};

function answer(line: string): number[] {
  const [what = "", times = "1"] = line.split(" ");
  if (what === "count") return [observer.table(0).processes.length];
  const measure = measures[what];
  if (!measure) throw new Error(`Cannot measure ${JSON.stringify(what)}`);
  return Array.from({ length: Number(times) }, () => {
    const start = Bun.nanoseconds();
    measure();
    return Bun.nanoseconds() - start;
  });
}

for await (const line of console) {
  // The end of stdin comes as an empty line.
  if (line !== "") process.stdout.write(`${answer(line).join("\n")}\n`);
}
