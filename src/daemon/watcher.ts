import type { Clock } from "#base/clock.ts";
import type { Observer } from "#daemon/observer.ts";
import type { Register } from "#daemon/register.ts";
import { createTracker } from "#daemon/tracker.ts";
import { openLastPid } from "#kernel/procfs/loadavg.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readStatus } from "#kernel/procfs/status.ts";
import { diff, hasExeced } from "#process/diff.ts";
import type { Process } from "#process/process.ts";
import type { ProcessTable } from "#process/table.ts";

/** What the watcher can say of itself. */
export interface WatchStatus {
  /** How exits are heard of; `sweep`: not at all, they are looked for. */
  readonly mechanism: "aio" | "timer" | "sweep";
  readonly watched: number;
  /** Processes without a pidfd, looked after once a second. */
  readonly swept: number;
  /** Ids that were gone before they could be looked at: short-lived processes, and threads among them. */
  readonly unseenIds: number;
  readonly tickMs: number;
}

export interface Watcher {
  start(): void;
  stop(): void;
  /** Looks for births and ends at once, so that what is decided next is decided on what is there. */
  catchUp(): void;
  status(): WatchStatus;
  /** Why it is not alive; null when it is. */
  problem(): string | null;
}

interface Means {
  readonly root: ProcRoot;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly register: Register;
  readonly tickMs: number;
}

/** More new ids than this, and listing the directory is cheaper than asking for each. */
const probeLimit = 2_000;
const sweepMs = 1_000;
/** Between two listings where there is no counter; with more than 200 processes as many milliseconds as processes. */
const blindMs = 200;
/** A tick that is later than this says that the watching has stopped, not that the machine is busy. */
const lateAfterMs = 10_000;
/** The net under the counter: every so often everything is looked at, but on average for no more than 0.1 % of a core. */
const auditMs = { least: 5_000, perProcess: 16, most: 30_000 };
/** A new process soon runs another program than its parent's, if at all. */
const execLooksMs = [40, 200, 1_000];

/**
 * New processes by the PID namespace's own counter: the last field of /proc/loadavg is the last id that was given out.
 * A tick that finds it unchanged reads nothing else, so an idle pod costs the same with 5 processes as with 5,000.
 */
export function createWatcher({ root, clock, observer, register, tickMs }: Means): Watcher {
  const tracker = createTracker(root, clock, register);
  const counter = openLastPid(root);
  let timer: ReturnType<typeof setInterval> | null = null;
  let lastPid = 0;
  let unseenIds = 0;
  let sweptAt = 0;
  let tickedAt = 0;
  let auditedAt = 0;
  /** Young processes, by when they are looked at again. */
  let young: { process: Process; bornAt: number; looks: number }[] = [];

  function tick(): void {
    const now = clock();
    tickedAt = now;
    const newest = counter.read();
    // A /proc of `subset=pid` has no loadavg; then the directory must do, at a pace that leaves the machine alone.
    if (newest === null || isUnread(newest)) {
      if (Math.abs(now - auditedAt) >= Math.max(blindMs, register.processes.size)) audit(now);
    } else if (newest !== lastPid) follow(newest, now);
    tracker.settle(now);
    lookAtTheYoung(now);
    if (now - sweptAt >= sweepMs) sweep(now);
    const { size } = register.processes;
    const dueMs = Math.min(Math.max(auditMs.least, size * auditMs.perProcess), auditMs.most);
    if (Math.abs(now - auditedAt) >= dueMs) audit(now);
  }

  /** Looks at each id between the last two values of the counter. Smaller than before: it has wrapped. */
  function follow(newest: number, now: number): void {
    const gap = newest - lastPid;
    const from = lastPid + 1;
    lastPid = newest;
    if (gap < 0 || gap > probeLimit) audit(now);
    else for (let pid = from; pid <= newest; pid++) probe(pid, now);
  }

  function probe(pid: number, now: number): void {
    // A scan was here first.
    if (register.processes.has(pid)) return;
    const pidfd = tracker.probe(pid);
    if (pidfd === "thread") return;
    if (pidfd === "gone") {
      unseenIds++;
      return;
    }
    if (typeof pidfd !== "number" && isThread(pid)) return;
    const process = observer.look(pid);
    if (process) welcome(process, now, typeof pidfd === "number" ? pidfd : null);
    else {
      unseenIds++;
      if (typeof pidfd === "number") tracker.discard(pidfd);
    }
  }

  /** Without a pidfd a thread's id looks like a process: its folder opens too. */
  function isThread(pid: number): boolean {
    const status = readStatus(root, pid);
    return status !== null && !isUnread(status) && status.tgid !== pid;
  }

  function welcome(process: Process, now: number, pidfd: Parameters<typeof tracker.track>[1]): void {
    if (process.kernelThread) {
      if (pidfd !== null) tracker.discard(pidfd);
      return;
    }
    tracker.replace(process);
    register.born(process);
    tracker.track(process, pidfd);
    young.push({ process, bornAt: now, looks: 0 });
  }

  function lookAtTheYoung(now: number): void {
    if (young.length === 0) return;
    young = young.filter((child) => {
      const dueMs = execLooksMs[child.looks] ?? 0;
      if (now - child.bornAt < dueMs) return true;
      const known = register.processes.get(child.process.pid);
      if (known?.startTicks !== child.process.startTicks) return false;
      const process = observer.look(child.process.pid);
      if (process?.startTicks === known.startTicks) register.seen(process, hasExeced(known, process));
      child.looks++;
      return child.looks < execLooksMs.length;
    });
  }

  function sweep(now: number): void {
    sweptAt = now;
    tracker.sweep();
  }

  function audit(now: number): void {
    auditedAt = now;
    observer.table(0);
  }

  /** Every scan comes by here, whoever asked for it. */
  function compare(table: ProcessTable): void {
    // Requests in flight may scan while sexton stops.
    if (!timer) return;
    const after = new Map<number, Process>();
    for (const process of table.processes) if (!process.kernelThread) after.set(process.pid, process);
    for (const change of diff(register.processes, after)) {
      if (change.kind === "gone") tracker.check(change.process);
      else if (change.kind === "execed") register.seen(change.process, true);
      else welcome(change.process, clock(), tracker.open(change.process));
    }
    for (const process of after.values()) register.seen(process, false);
  }

  return {
    start() {
      // The counter first: who is born during the scan is then found by the first tick, or is known by then.
      const newest = counter.read();
      lastPid = newest === null || isUnread(newest) ? 0 : newest;
      for (const process of observer.table(0).processes) {
        if (process.kernelThread) continue;
        register.adopt(process);
        tracker.track(process, tracker.open(process));
      }
      auditedAt = sweptAt = tickedAt = clock();
      observer.onScan(compare);
      tracker.start();
      timer = setInterval(tick, tickMs);
    },
    stop() {
      if (timer) clearInterval(timer);
      timer = null;
      tracker.stop();
      counter.close();
    },
    catchUp() {
      // Before the start nobody is known, and everybody would be a birth.
      if (!timer) return;
      const newest = counter.read();
      if (newest !== null && !isUnread(newest) && newest !== lastPid) follow(newest, clock());
      tracker.drain();
    },
    problem() {
      const lateMs = clock() - tickedAt;
      return lateMs <= lateAfterMs + tickMs
        ? null
        : `the last look for new processes was ${Math.round(lateMs / 1000)} s ago`;
    },
    status: () => ({ ...tracker.status(), unseenIds, tickMs }),
  };
}
