import type { Clock } from "#base/clock.ts";
import { createOomFiles } from "#daemon/containers/oom-files.ts";
import { type CgroupFile, openCgroupFile } from "#kernel/foreign-file.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { ExitFacts } from "#process/event.ts";
import type { Process } from "#process/process.ts";

/** What the kernel's counters add to the exit of a process. */
export interface OomKill {
  readonly probableOomKill: true;
  /** How many processes of the container the kernel has killed for memory by now, as its own counter has it. */
  readonly containerOomKills: number;
  /** The kernel has killed the container as a whole: memory.oom.group of cgroup v2. */
  readonly oomGroupKill?: true;
}

/**
 * Watches how often the kernel kills for memory in each container, where that may be read. The counters are held open:
 * with its last process go all the paths to a container's counter, while the file is there until the cgroup is removed.
 */
export interface OomCounters {
  /** Opens the counter of the container of a living process, or reads it again; quick when it did so a moment ago. */
  look(process: Process): void;
  /** It has ended, and how is still to be found out: the cgroup may be gone by then. */
  ending(process: Process): void;
  /**
   * Told of each end. What speaks for an OOM kill when SIGKILL was it and the counter has moved for nobody else. Where
   * nobody may know how it ended (Linux before 6.15, when the parent was quicker), it must have been the one that was
   * killed: `isLast` of its container, or all of that were.
   */
  ended(process: Process, end: End, isLast: () => boolean): OomKill | null;
  forget(containerKey: string): void;
  close(): void;
}

/** By SIGKILL, or certainly not. */
type End = "killed" | "otherwise" | "unknown";

export function endOf({ exitCode, signal }: ExitFacts): End {
  if (signal === "SIGKILL") return "killed";
  return signal === null && exitCode === null ? "unknown" : "otherwise";
}

interface Counts {
  readonly kills: number;
  readonly groupKills: number;
}

interface Counter {
  /** Null: it cannot be read, or no longer, or too many are open. */
  file: CgroupFile | null;
  counts: Counts;
  /** When to look at it, or for it, again. */
  lookAt: number;
  retryMs: number;
  /** Kills that are not put down to an exit yet, and until when one may be. */
  untold: number;
  untoldUntil: number;
  isGroup: boolean;
}

const none: Counts = { kills: 0, groupKills: 0 };
/** A large victim takes its time to end. After this it has ended unseen, and the next SIGKILL is somebody else's. */
const victimMs = 30_000;
const lookEveryMs = 1_000;
/** A container's first process is seen before its mounts are made; where permission is missing it mostly stays so. */
const retryMs = { least: 40, most: 60_000 };

/** With at most `maxOpen` descriptors; the containers beyond that are as good as unreadable. */
export function createOomCounters(root: ProcRoot, clock: Clock, maxOpen: number): OomCounters {
  const counters = new Map<string, Counter>();
  const filesOf = createOomFiles(root);
  let open = 0;

  function counterOf(key: string): Counter {
    const known = counters.get(key);
    if (known) return known;
    const rest = { counts: none, lookAt: 0, retryMs: retryMs.least, untold: 0, untoldUntil: 0, isGroup: false };
    const counter: Counter = { file: null, ...rest };
    counters.set(key, counter);
    return counter;
  }

  function find(counter: Counter, process: Process, now: number): void {
    counter.lookAt = now + counter.retryMs;
    counter.retryMs = Math.min(counter.retryMs * 2, retryMs.most);
    if (open >= maxOpen) return;
    for (const path of filesOf(process)) {
      const file = openCgroupFile(path);
      const counts = file && countsOf(file);
      if (file && counts) {
        open++;
        Object.assign(counter, { file, counts, lookAt: now + lookEveryMs, retryMs: retryMs.least });
        return;
      }
      file?.close();
    }
  }

  function read(counter: Counter, file: CgroupFile, now: number): void {
    const counts = countsOf(file);
    if (!counts) {
      shut(counter);
      return;
    }
    counter.lookAt = now + lookEveryMs;
    if (now > counter.untoldUntil) {
      counter.untold = 0;
      counter.isGroup = false;
    }
    const more = counts.kills - counter.counts.kills;
    if (more > 0) {
      counter.untold += more;
      counter.untoldUntil = now + victimMs;
      counter.isGroup ||= counts.groupKills > counter.counts.groupKills;
    }
    counter.counts = counts;
  }

  /** The counter of its container as it is now. */
  function readOf({ container }: Process): Counter | undefined {
    const counter = counters.get(container?.key ?? "");
    if (counter?.file) read(counter, counter.file, clock());
    return counter;
  }

  /** The cgroup is gone; what its counter has said still holds for whoever is about to be told. */
  function shut(counter: Counter): void {
    if (!counter.file) return;
    counter.file.close();
    counter.file = null;
    open--;
  }

  return {
    look(process) {
      if (!process.container) return;
      const counter = counterOf(process.container.key);
      const now = clock();
      if (now < counter.lookAt) return;
      if (counter.file) read(counter, counter.file, now);
      else find(counter, process, now);
    },
    ending: (process) => void readOf(process),
    ended(process, end, isLast) {
      const counter = readOf(process);
      if (!counter) return null;
      const now = clock();
      if (end === "otherwise" || counter.untold === 0 || now > counter.untoldUntil) return null;
      if (end === "unknown" && !counter.isGroup && !isLast()) return null;
      counter.untold--;
      return {
        probableOomKill: true,
        containerOomKills: counter.counts.kills,
        ...(counter.isGroup ? { oomGroupKill: true } : {}),
      };
    },
    forget(key) {
      const counter = counters.get(key);
      if (counter) shut(counter);
      counters.delete(key);
    },
    close() {
      for (const counter of counters.values()) shut(counter);
      counters.clear();
    },
  };
}

const killsLine = /^oom_kill (\d{1,15})$/m;
const groupKillsLine = /^oom_group_kill (\d{1,15})$/m;

/** memory.events of cgroup-v2.rst, memory.oom_control of cgroup-v1/memory.rst; null where no kills are counted. */
function countsOf(file: CgroupFile): Counts | null {
  const text = file.read() ?? "";
  const kills = killsLine.exec(text)?.[1];
  return kills === undefined ? null : { kills: Number(kills), groupKills: Number(groupKillsLine.exec(text)?.[1] ?? 0) };
}
