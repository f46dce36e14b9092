import type { Clock } from "#base/clock.ts";
import type { Observer } from "#daemon/observer.ts";
import { createAudit } from "#daemon/watch/audit.ts";
import type { Register } from "#daemon/watch/register.ts";
import { createTracker } from "#daemon/watch/tracker.ts";
import { countUnseen, passedIds } from "#daemon/watch/unseen-ids.ts";
import { createYoung } from "#daemon/watch/young.ts";
import { openLastPid } from "#kernel/procfs/loadavg.ts";
import { readPidLimits } from "#kernel/procfs/pid-limits.ts";
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
  /** How many processes are followed: whoever asks often needs no more. */
  count(): number;
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
/**
 * New processes by the PID namespace's own counter: the last field of /proc/loadavg is the last id that was given out.
 * A tick that finds it unchanged reads nothing else, so an idle pod costs the same with 5 processes as with 5,000.
 */
export function createWatcher({ root, clock, observer, register, tickMs }: Means): Watcher {
  const tracker = createTracker(root, clock, register);
  const counter = openLastPid(root);
  const young = createYoung();
  const audit = createAudit({ root, observer, register, meet, review, check: tracker.check });
  let timer: ReturnType<typeof setInterval> | null = null;
  let lastPid = 0;
  let unseenIds = 0;
  let sweptAt = 0;
  let tickedAt = 0;
  let listedAt = 0;
  /** When a tick has more to do than to follow the counter. */
  let dueAt = 0;

  function tick(): void {
    const now = clock();
    tickedAt = now;
    const newest = counter.read();
    if (newest === null || isUnread(newest)) list(now);
    else if (newest !== lastPid) follow(newest, now);
    // Nearly all ticks end here. What is below costs little by itself, but fifty times a second a tenth of a percent.
    if (now < dueAt && !tracker.isWaiting()) return;
    tracker.tick(now);
    young.due(now, (process, last) => lookAgain(process, now, last));
    if (now - sweptAt >= sweepMs) sweep(now);
    audit.run(now);
    dueAt = Math.min(sweptAt + sweepMs, young.nextAt(), audit.nextAt());
  }

  /** A /proc of `subset=pid` has no loadavg; then the names must do, at a pace that leaves the machine alone. */
  function list(now: number): void {
    if (now - listedAt < Math.max(blindMs, register.processes.size)) return;
    listedAt = now;
    audit.names(now);
  }

  /** Looks at each id that the counter has passed; where that are too many, at everybody who is there. */
  function follow(newest: number, now: number): void {
    const hasWrapped = newest < lastPid;
    const passed = passedIds(lastPid, newest, hasWrapped ? readPidLimits(root).pidMax : null);
    lastPid = newest;
    const count = passed.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    if (count > probeLimit) unseenIds += countUnseen(root, passed, observer.table(0).processes);
    else for (const [first, last] of passed) for (let pid = first; pid <= last; pid++) probe(pid, now, hasWrapped);
  }

  function probe(pid: number, now: number, hasWrapped: boolean): void {
    const known = register.processes.get(pid);
    if (!known) {
      if (meet(pid, now) === null) unseenIds++;
      return;
    }
    // A scan was here first, or else the counter has gone round: then the pid is another's by now, or was.
    review(known, now);
    if (hasWrapped && !register.processes.has(pid)) unseenIds++;
  }

  /** Null: it is gone. Undefined: it is a thread. */
  function meet(pid: number, now: number): Process | null | undefined {
    const pidfd = tracker.probe(pid);
    if (pidfd === "thread") return undefined;
    if (pidfd === "gone") return null;
    if (typeof pidfd !== "number" && isThread(pid)) return undefined;
    const held = typeof pidfd === "number" ? pidfd : null;
    const process = observer.meet(pid, held);
    if (process) welcome(process, now, held);
    else if (held !== null) tracker.discard(held);
    return process;
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
    dueAt = Math.min(dueAt, young.add(process, now));
  }

  function lookAgain({ pid, startTicks }: Process, now: number, last: boolean): void {
    const known = register.processes.get(pid);
    // At the last look all is read: what was taken from the parent at birth is the process's own from then on.
    if (known?.startTicks === startTicks) review(known, now, last);
  }

  function review(known: Process, now: number, anew = false): void {
    const process = observer.look(known.pid, anew);
    if (process === known) return;
    if (process === null) tracker.check(known);
    else if (process.startTicks === known.startTicks) register.seen(process, hasExeced(known, process));
    else welcome(process, now, tracker.open(process));
  }

  function sweep(now: number): void {
    sweptAt = now;
    // Nobody asks for those that nobody collects, and they would be known as they were when they lived.
    for (const { pid } of tracker.sweep()) observer.look(pid);
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
      sweptAt = tickedAt = clock();
      audit.start(tickedAt);
      observer.onScan(compare);
      tracker.start(tickMs);
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
    count: () => register.processes.size,
  };
}
