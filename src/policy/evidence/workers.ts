import { anyWorkers, type WorkerRule } from "#policy/evidence/proof.ts";
import { type Activity, createQuiet, type Quiet } from "#policy/evidence/quiet.ts";
import { formatId, type ProcessId } from "#process/identity.ts";

/** A process of the app at one look: the master, or one of its children. */
export interface Worker extends ProcessId {
  readonly name: string;
  /** Its arguments or title, as one line. */
  readonly title: string;
  /** The path of its executable; null: hidden. */
  readonly exe: string | null;
  /** Of ProcStat; null: hidden. */
  readonly layout: number | null;
  /** A zombie, or about to be one. */
  readonly ended: boolean;
  readonly activity: Activity;
}

/** What is seen at one look. */
export interface Look {
  /** Since the signal. */
  readonly elapsedMs: number;
  readonly master: Worker;
  /** Its children, and those of before that are still there. */
  readonly workers: readonly Worker[];
}

/** How a worker has ended, as far as anybody knows. */
export type Ending = "clean" | "crashed" | "unknown";

export interface Replaced {
  readonly started: number;
  readonly exited: number;
  readonly leaving: number;
  /** Workers of before that are still there. */
  readonly old: readonly ProcessId[];
}

export interface WorkerJudge {
  /** Null: nothing shows yet that the workers were replaced. */
  see(look: Look): Replaced | null;
}

/** What an old worker was seen to do, by milliseconds since the signal. */
interface Old {
  readonly worker: Worker;
  readonly ageMs: number;
  lastSeenMs: number;
  /** When it had gone or was leaving; null: neither. */
  leftMs: number | null;
  isGone: boolean;
}

/** A new worker, and when it was first seen, in milliseconds since the signal. */
interface Birth {
  readonly bornMs: number;
  readonly quiet: Quiet;
}

/**
 * How likely it may be, at most, that workers came and went without a reload. Were they as short-lived as they are old, they
 * would leave within a time t by chance with about t / age: backends of a database, sessions, jobs of a shell.
 */
const mostChance = 0.05;

/** Replacing one by one is for apps whose workers are known; of others all have to be there anew. */
export function createWorkerJudge(
  rule: WorkerRule | null,
  before: Pick<Look, "master" | "workers">,
  ageOf: (worker: ProcessId) => number,
  endingOf: (worker: ProcessId) => Ending,
): WorkerJudge {
  const { title, leaving, fixed, steadyMs } = rule ?? anyWorkers;
  const olds = new Map<string, Old>();
  const others = new Set<string>();
  let dying = 0;
  for (const worker of before.workers) {
    const id = formatId(worker);
    if (isWorker(worker, before.master) && !worker.ended && !isLeaving(worker)) {
      olds.set(id, { worker, ageMs: ageOf(worker), lastSeenMs: 0, leftMs: null, isGone: false });
    } else others.add(id);
    if (worker.ended) dying++;
  }
  /**
   * One more than have gone; of several workers two more, since one may have gone just before and is replaced for that.
   */
  const surplusNeeded = olds.size > 1 ? 2 : 1;
  const births = new Map<string, Birth>();

  function isWorker(worker: Worker, master: Worker): boolean {
    return title ? title.test(worker.title) : runSame(worker, master);
  }

  function isLeaving(worker: Worker): boolean {
    return leaving?.test(worker.title) ?? false;
  }

  function note({ elapsedMs, master, workers }: Look): void {
    const present = new Set<string>();
    for (const worker of workers) {
      const id = formatId(worker);
      if (worker.ended || others.has(id)) continue;
      const old = olds.get(id);
      if (old) {
        present.add(id);
        if (isLeaving(worker)) old.leftMs ??= elapsedMs;
        else if (old.leftMs === null) old.lastSeenMs = elapsedMs;
      } else if (isWorker(worker, master) && !isLeaving(worker)) {
        present.add(id);
        const birth = births.get(id) ?? { bornMs: elapsedMs, quiet: createQuiet(steadyMs) };
        birth.quiet.see(elapsedMs, worker.activity);
        births.set(id, birth);
      }
    }
    for (const id of births.keys()) if (!present.has(id)) births.delete(id);
    for (const [id, old] of olds) {
      if (present.has(id)) continue;
      old.isGone = true;
      old.leftMs ??= elapsedMs;
    }
  }

  return {
    see(look) {
      if (olds.size === 0) return null;
      note(look);
      const left = [...olds.values()].filter(({ leftMs }) => leftMs !== null);
      const gone = left.filter(({ isGone }) => isGone).length;
      const born = [...births.values()];
      const steady = born.filter(({ quiet }) => quiet.isSettled(look.elapsedMs));
      const longThere = born.filter(({ quiet }) => quiet.isOld(look.elapsedMs));
      const all =
        left.length === olds.size && steady.length >= (rule ? 1 : olds.size) && !isAccident(look, left, steady);
      const surplus = fixed && longThere.length >= gone + dying + surplusNeeded;
      if (!all && !surplus) return null;
      const staying = [...olds.values()].filter(({ isGone }) => !isGone).map(({ worker }) => worker);
      return { started: births.size, exited: gone, leaving: staying.length, old: staying };
    },
  };

  /** Workers that came and went, and not because of a reload: a crash, or what their lives are like. */
  function isAccident({ master }: Look, left: readonly Old[], steady: readonly Birth[]): boolean {
    if (rule === null && chanceOf(left) > mostChance) return true;
    // A master that executed itself meanwhile has done so for the reload.
    if (before.master.layout !== null && before.master.layout !== master.layout) return false;
    const endings = left.map((old) => {
      const handedOver = (!old.isGone && old.leftMs !== null) || steady.some(({ bornMs }) => bornMs <= old.lastSeenMs);
      return handedOver ? "clean" : endingOf(old.worker);
    });
    if (endings.includes("clean")) return false;
    return endings.includes("crashed") || endings.length === 1;
  }
}

/** Of the likeliest alone: what begins together ends together. */
function chanceOf(left: readonly Old[]): number {
  return left.reduce((most, { leftMs, ageMs }) => Math.max(most, (leftMs ?? 0) / Math.max(ageMs, 1)), 0);
}

/** A fork of it, or the same program executed for a worker, as node's cluster does. */
function runSame(worker: Worker, master: Worker): boolean {
  const hidden = worker.layout === null || master.layout === null;
  if (!hidden && worker.layout === master.layout) return true;
  if (worker.exe !== null && master.exe !== null) return programOf(worker.exe) === programOf(master.exe);
  return hidden && worker.name === master.name;
}

/** The kernel notes ` (deleted)` where the file was replaced. */
function programOf(exe: string): string {
  return exe.replace(/ \(deleted\)$/, "");
}

/** `2 started, 2 exited`, `2 started, 1 exited, 1 leaving`. */
export function describeReplaced({ started, exited, leaving }: Replaced): string {
  return `${started} started, ${exited} exited${leaving > 0 ? `, ${leaving} leaving` : ""}`;
}
