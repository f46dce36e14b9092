import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Who is in a PID namespace, as the machine's own /proc has it: no process of the test's is among them. */
export interface Inhabitant {
  /** In the machine's own namespace. */
  readonly outside: number;
  /** As sexton writes it: `pid-startTicks`, by the namespace's own pid. */
  readonly id: string;
  readonly ppid: number;
  readonly state: string;
  readonly tracer: number;
}

/** Everybody in the namespace that this process is in. */
export function inhabitants(ofPid: number): readonly Inhabitant[] {
  const namespace = readlinkSync(`/proc/${ofPid}/ns/pid`);
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // A zombie has no namespaces any more, but still its pids: nobody else here has two of them, and that depth.
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const pids = (/^NSpid:\s+(.*)$/m.exec(status)?.[1] ?? "").split("\t");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [state = "", ppid = "0"] = fields;
      const tracer = Number(/^TracerPid:\s+(\d+)$/m.exec(status)?.[1]);
      const inhabitant = { outside: Number(name), id: `${pids[1]}-${fields[19]}`, ppid: Number(ppid), state, tracer };
      if (pids.length !== 2) return [];
      if (state !== "Z") return readlinkSync(`/proc/${name}/ns/pid`) === namespace ? [inhabitant] : [];
      // Its parent is in there too, or it is a root process whose nsenter is about to collect it.
      return readlinkSync(`/proc/${ppid}/ns/pid`) === namespace ? [inhabitant] : [];
    } catch {
      return [];
    }
  });
}

/** What it has open: pidfds, and all else. */
export function openFilesOf(pid: number) {
  const links = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
  const pidfds = links.filter((link) => /pidfd/.test(link)).length;
  return { pidfds, others: links.length - pidfds, links };
}
