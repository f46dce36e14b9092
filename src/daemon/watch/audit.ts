import type { Observer } from "#daemon/observer.ts";
import type { Register } from "#daemon/watch/register.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { Process } from "#process/process.ts";

/** Between two listings. One takes about 1.2 us a process, so that many processes cost no more than 0.03 % of a core. */
const namesMs = { least: 5_000, perProcess: 4 };
/** Between two shares of a round. */
const shareMs = 5_000;
/** A look takes about 16 us, so that rounds of many processes cost no more than 0.1 % of a core. */
const roundMs = { least: 30_000, perProcess: 16 };
const leastLooks = 16;
/** A scan as for a request, which also forgets what only a scan can tell to be of no use any more. */
const scanMs = 600_000;

export interface Audit {
  /** Everybody has just been looked at. */
  start(now: number): void;
  /** Compares who is there with who is known, by name alone. */
  names(now: number): void;
  /** The same, and a share of a round, each when its time has come. */
  run(now: number): void;
  /** When it will be time. */
  nextAt(): number;
}

interface Means {
  readonly root: ProcRoot;
  readonly observer: Observer;
  readonly register: Register;
  /** One that is not known; null and undefined: it is gone, or no process. */
  meet(pid: number, now: number): Process | null | undefined;
  review(known: Process, now: number): void;
  /** One that is not listed. */
  check(known: Process): void;
}

/**
 * The net under the counter and the pidfds: births and ends that they did not tell show in the directory's names. In
 * rounds all processes are looked at, each once, so that an exec of an old one is noticed, and what it uses by then.
 */
export function createAudit({ root, observer, register, meet, review, check }: Means): Audit {
  const { processes } = register;
  /** Threads of the kernel, which the register does not know. */
  let strangers = new Set<number>();
  /** Who is still to be looked at in this round. */
  let waiting: number[] = [];
  let namedAt = 0;
  let sharedAt = 0;
  let scannedAt = 0;

  const namesDueAt = () => namedAt + Math.max(namesMs.least, processes.size * namesMs.perProcess);

  function names(now: number): void {
    namedAt = now;
    const before = processes.size;
    const listed = root.pids();
    let known = 0;
    for (const pid of listed) {
      if (processes.has(pid)) known++;
      else if (!strangers.has(pid) && meet(pid, now)?.kernelThread) strangers.add(pid);
    }
    if (known === before && strangers.size === 0) return;
    const there = new Set(listed);
    for (const process of processes.values()) if (!there.has(process.pid)) check(process);
    strangers = strangers.intersection(there);
  }

  function share(now: number): void {
    sharedAt = now;
    if (waiting.length === 0) waiting = [...processes.keys()];
    const wholeMs = Math.max(roundMs.least, processes.size * roundMs.perProcess);
    const looks = Math.max(leastLooks, Math.ceil((processes.size * shareMs) / wholeMs));
    for (const pid of waiting.splice(-looks)) {
      const known = processes.get(pid);
      if (known) review(known, now);
    }
    if (waiting.length === 0) observer.complete();
  }

  function start(now: number): void {
    scannedAt = namedAt = sharedAt = now;
    waiting = [];
  }

  return {
    start,
    names,
    run(now) {
      if (now - scannedAt >= scanMs) {
        start(now);
        observer.table(0);
        return;
      }
      if (now >= namesDueAt()) names(now);
      if (now - sharedAt >= shareMs) share(now);
    },
    nextAt: () => Math.min(namesDueAt(), sharedAt + shareMs),
  };
}
