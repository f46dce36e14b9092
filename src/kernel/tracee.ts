import {
  detach,
  interrupt,
  isOwnChild,
  type PtraceFailure,
  pollStop,
  type Stop,
  seize,
  yieldCpu,
} from "#kernel/ptrace.ts";

/** A thread, and the process that it belongs to. */
export interface Thread {
  readonly pid: number;
  readonly tid: number;
}

/** A thread that sexton is attached to. Whatever happens, it is to be let go. */
export interface Tracee {
  /** The thread's id as it is now: a thread that calls execve(2) gets that of its process. */
  tid(): number;
  /** Takes as long as it takes. */
  nextStop(): Promise<Stop>;
  /** Lets it go at a stop, with the signal that it is stopped at. False: it was killed there, and has ended by now. */
  letGo(stop: Stop): Promise<boolean>;
}

/** A thread that is asleep stops at once. */
const firstStopMs = 100;
/** Later ones take as long as it takes to get a CPU, on a busy machine or with a CPU limit. */
const nextStopMs = 1_000;
/** The thread most often answers within microseconds, so its answer is waited for without letting others run. */
const spinMs = 2;
const pauseMs = 1;
const longPauseMs = 10;

/**
 * Processes that one thread of is attached to. Not two: one that execve(2) has ended is to be collected here before that
 * call goes on, and attaching to another waits for the call, and all of sexton with it.
 */
const attached = new Set<number>();

/**
 * Attaches to a thread and has it stop. `late` is told, maybe again and again, that a stop takes longer than that: the
 * thread is in a vfork(2) or on a dead NFS server, its cgroup is frozen, or it gets no CPU. It can be let go only when it
 * has stopped.
 */
export function attach({ pid, tid: first }: Thread, late: () => void): Tracee | PtraceFailure | "attached" {
  if (attached.has(pid)) return "attached";
  // Asked for before: a tracee counts as a child too.
  const isOwn = isOwnChild(pid);
  const seized = seize(first);
  if (seized !== "seized") return seized;
  attached.add(pid);
  let tid = first;
  let lateMs = firstStopMs;
  interrupt(tid);

  /** Null while it runs. */
  function look(): Stop | null {
    const stop = pollStop(tid, isOwn && tid === pid);
    if (stop?.kind !== "ended" || tid === pid || !interrupt(pid)) return stop;
    // It has not ended: in an execve(2) it took its process's id.
    tid = pid;
    return null;
  }

  async function nextStop(): Promise<Stop> {
    const since = performance.now();
    for (;;) {
      const stop = look();
      if (stop) {
        lateMs = nextStopMs;
        return stop;
      }
      const waitedMs = performance.now() - since;
      if (waitedMs < spinMs) yieldCpu();
      else if (waitedMs < lateMs) await Bun.sleep(pauseMs);
      else {
        late();
        // This stop is reached in a frozen cgroup (v2) too. It fails where the thread has vanished without an end: another
        // one has called execve(2), and has this id now.
        if (!interrupt(tid)) return { kind: "ended" };
        await Bun.sleep(longPauseMs);
      }
    }
  }

  return {
    tid: () => tid,
    nextStop,
    async letGo(stop) {
      let at = stop;
      // What is killed at a stop cannot be let go, and stays a zombie that nobody hears of until it is waited for here.
      while (at.kind !== "ended" && !detach(tid, at.kind === "signal" ? at.signal : 0)) at = await nextStop();
      attached.delete(pid);
      return at.kind !== "ended";
    },
  };
}
