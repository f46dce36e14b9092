import type { Clock } from "#base/clock.ts";
import { createBellPace } from "#daemon/watch/bell-pace.ts";
import { shareDescriptors } from "#daemon/watch/descriptors.ts";
import { zombieStatus } from "#daemon/watch/exit-status.ts";
import type { Register } from "#daemon/watch/register.ts";
import { createPidfdSet } from "#kernel/epoll.ts";
import { type Notifier, notify } from "#kernel/notifier.ts";
import { closePidfd, type Pidfd, pidfdExitStatus, pidfdOpen, pidfdSendSignal } from "#kernel/pidfd.ts";
import { gone, isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { type ProcStat, readStat } from "#kernel/procfs/stat.ts";
import type { Process } from "#process/process.ts";

interface Tracked {
  readonly process: Process;
  readonly pidfd: Pidfd | null;
  readonly key: number;
  /** It has ended, and its status is not known yet: told without one when this time has come. */
  tellAt: number | null;
  /** It was still a zombie at the last sweep. */
  lingers: boolean;
}

/** A zombie's status may be hidden; its parent most often collects it at once, and then the pidfd tells everyone. */
const statusWaitMs = 20;
/** Ticks that are further apart are nothing to wait for with an end. */
const longestPauseMs = 50;

/** Follows processes by pidfds to their ends; those that it has no pidfd for are looked after. */
export function createTracker(root: ProcRoot, clock: Clock, register: Register) {
  const byKey = new Map<number, Tracked>();
  const byPid = new Map<number, Tracked>();
  const swept = new Set<Tracked>();
  const unsettled = new Set<Tracked>();
  /** Before Linux 6.9 nothing tells that a process was collected, so those that have ended are asked. */
  const zombies = new Set<Tracked>();
  const set = createPidfdSet();
  // A pid of captured files is some other process's here.
  const askKernel = (pid: number) => (root.path === "/proc" ? pidfdOpen(pid) : "unavailable");
  const maxPidfds = shareDescriptors(root).pidfds;
  const pace = createBellPace();
  let nextKey = 1;
  let notifier: Notifier | null = null;
  /** The kernel tells how a process has ended even after it was collected, so that nothing is lost by being late. */
  let tellsLate = false;
  let isPaced = false;

  function ring(): Promise<void> | null {
    drain();
    return tellsLate && isPaced ? pace.rung() : null;
  }

  function drain(): void {
    const taken = set?.take() ?? [];
    pace.ended(taken.length, clock());
    for (const { key, collected } of taken) {
      const tracked = byKey.get(key);
      if (!tracked) continue;
      if (collected) bury(tracked);
      else ended(tracked);
    }
  }

  function ended(tracked: Tracked): void {
    const stat = readStat(root, tracked.process.pid);
    const isHere = stat !== null && !isUnread(stat) && stat.startTicks === tracked.process.startTicks;
    const status = isHere && isZombie(stat) ? zombieStatus(root, stat) : null;
    if (status !== null) register.exited(tracked.process, status);
    else {
      register.ending(tracked.process);
      tracked.tellAt = clock() + statusWaitMs;
      unsettled.add(tracked);
    }
    zombies.add(tracked);
  }

  function bury(tracked: Tracked): void {
    const status = tracked.pidfd === null ? null : pidfdExitStatus(tracked.pidfd);
    tellsLate ||= status !== null;
    forget(tracked);
    register.collected(tracked.process, status);
  }

  function forget(tracked: Tracked): void {
    byKey.delete(tracked.key);
    if (byPid.get(tracked.process.pid) === tracked) byPid.delete(tracked.process.pid);
    swept.delete(tracked);
    zombies.delete(tracked);
    unsettled.delete(tracked);
    if (tracked.pidfd !== null) closePidfd(tracked.pidfd);
  }

  const isFull = () => byKey.size - swept.size >= maxPidfds;

  /** Whether it is still there, dead or alive. What cannot be read at this moment is not gone for that. */
  function isThere({ process, pidfd }: Pick<Tracked, "process" | "pidfd">): boolean {
    if (pidfd !== null) return pidfdSendSignal(pidfd, 0) !== "gone";
    const stat = readStat(root, process.pid);
    if (stat === gone) return false;
    return stat === null || isUnread(stat) || stat.startTicks === process.startTicks;
  }

  return {
    /** A pidfd for a process of a scan; null where there are none left, or it is another process by now. */
    open(process: Process): Pidfd | null {
      if (isFull()) return null;
      const pidfd = askKernel(process.pid);
      if (typeof pidfd !== "number") return null;
      const stat = readStat(root, process.pid);
      if (stat !== null && !isUnread(stat) && stat.startTicks === process.startTicks) return pidfd;
      closePidfd(pidfd);
      return null;
    },
    /** A pidfd for an id that has just been given out, or what it is instead. */
    probe: askKernel,
    /** Hears of ends now, without waiting for the bell. */
    drain,
    discard: closePidfd,
    track(process: Process, pidfd: Pidfd | null): void {
      const before = byPid.get(process.pid);
      if (before?.process.startTicks === process.startTicks) {
        if (pidfd !== null) closePidfd(pidfd);
        return;
      }
      const key = nextKey++;
      const kept = pidfd !== null && !isFull() && set?.add(pidfd, key) ? pidfd : null;
      if (pidfd !== null && kept === null) closePidfd(pidfd);
      const tracked: Tracked = { process, pidfd: kept, key, tellAt: null, lingers: false };
      byKey.set(tracked.key, tracked);
      byPid.set(process.pid, tracked);
      if (kept === null) swept.add(tracked);
    },
    /** Its pid belongs to another process now: whoever had it before is told to its end first. */
    replace(process: Process): void {
      const before = byPid.get(process.pid);
      if (!before || before.process.startTicks === process.startTicks) return;
      drain();
      if (byPid.get(process.pid) === before) bury(before);
    },
    /** A scan misses it: the pidfd's own report may be on its way. */
    check(process: Process): void {
      const tracked = byPid.get(process.pid);
      if (!tracked) {
        if (!isThere({ process, pidfd: null })) register.collected(process, null);
      } else if (!isThere(tracked)) bury(tracked);
    },
    /** Whether each tick is waited for: by a held bell, or by an end without a status. */
    isWaiting: () => unsettled.size > 0 || pace.isHeld(),
    tick(now: number): void {
      if (pace.isHeld()) {
        drain();
        pace.ticked(now);
      }
      for (const tracked of unsettled) {
        if (tracked.tellAt === null || now < tracked.tellAt) continue;
        unsettled.delete(tracked);
        register.exited(tracked.process, null);
      }
    },
    /** Looks after those that no pidfd tells of; who has become a zombie since the last time, and is one still. */
    sweep(): Process[] {
      const lingering: Process[] = [];
      for (const tracked of zombies) {
        if (!isThere(tracked)) bury(tracked);
        else if (!tracked.lingers) {
          tracked.lingers = true;
          lingering.push(tracked.process);
        }
      }
      for (const tracked of [...swept]) {
        const stat = readStat(root, tracked.process.pid);
        if (stat === null || (isUnread(stat) && stat !== gone)) continue;
        if (stat === gone || stat.startTicks !== tracked.process.startTicks) bury(tracked);
        else if (isZombie(stat) && !zombies.has(tracked)) ended(tracked);
      }
      return lingering;
    },
    start(tickMs: number): void {
      isPaced = tickMs <= longestPauseMs;
      if (set) notifier = notify(set.fd, ring);
    },
    stop(): void {
      notifier?.stop();
      for (const tracked of [...byKey.values()]) forget(tracked);
      set?.close();
    },
    status: () => ({
      mechanism: notifier?.mechanism ?? ("sweep" as const),
      watched: byKey.size - swept.size,
      swept: swept.size,
    }),
  };
}

/** Of a process whose first thread has returned while others go on, stat says Z as well. */
function isZombie(stat: ProcStat): boolean {
  return stat.state === "Z" && stat.threads <= 1;
}
