import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { pageBytes } from "#kernel/units.ts";

export interface TidyOptions {
  /** What only the start needed goes back so soon. */
  readonly firstMs: number;
  readonly everyMs: number;
  /** Less is not worth that code is compiled anew. */
  readonly worthBytes: number;
  /** Share of a core. Whoever works needs its compiled code, and no pause for a full collection. */
  readonly quiet: number;
  /** More is worth a pause even while there is work: the collector goes by the machine's memory, the kernel by the limit of
   * the container, which may be 128 MiB for all. */
  readonly mostBytes: number;
  readonly shrink: () => void;
  /** What this process has had of a core so far. */
  readonly cpuMs: () => number;
}

const usual: TidyOptions = {
  firstMs: 2_000,
  everyMs: 10_000,
  worthBytes: 3 * 1024 * 1024,
  quiet: 0.03,
  mostBytes: 64 * 1024 * 1024,
  shrink() {
    Bun.shrink();
    Bun.gc(true);
  },
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
};

export interface Tidy {
  start(): void;
  stop(): void;
}

/**
 * Gives back what a burst has left behind, once it is over: the collector alone waits for the next one, and compiled code
 * would stay for good. A sixth of the memory of an idle agent, a third after thousands of short-lived processes.
 */
export function createTidy(root: ProcRoot, options: Partial<TidyOptions> = {}): Tidy {
  const { firstMs, everyMs, worthBytes, quiet, mostBytes, shrink, cpuMs } = { ...usual, ...options };
  let timer: ReturnType<typeof setTimeout> | null = null;
  /** What is needed when nothing happens; null: not known yet, and not to be known while it is busy. */
  let settled: number | null = null;
  let isFirst = true;
  /** It was busy since: what there is now is no measure of what is needed when nothing happens. */
  let hasWorked = false;
  /** Where that was in use after all, half as much again has to come first. */
  let most = mostBytes;
  let before = { cpuMs: cpuMs(), at: performance.now() };

  function look(): void {
    const now = { cpuMs: cpuMs(), at: performance.now() };
    const isQuiet = now.cpuMs - before.cpuMs < quiet * (now.at - before.at);
    before = now;
    const bytes = privateBytes(root);
    if (isFirst || isQuiet) tidy(bytes);
    else {
      hasWorked = true;
      if (bytes > most) {
        shrink();
        most = Math.max(mostBytes, 1.5 * privateBytes(root));
      }
    }
    isFirst = false;
    timer = setTimeout(look, everyMs);
    timer.unref();
  }

  function tidy(bytes: number): void {
    const isBurst = settled === null ? hasWorked : bytes > settled + worthBytes;
    if (isFirst || isBurst) {
      shrink();
      // Some of the code is compiled again at once.
      settled = null;
      hasWorked = false;
    } else {
      settled = Math.min(bytes, settled ?? bytes);
    }
  }

  return {
    start() {
      timer = setTimeout(look, firstMs);
      timer.unref();
    },
    stop() {
      if (timer) clearTimeout(timer);
    },
  };
}

/** proc_pid_statm(5): what is resident and no file's. */
function privateBytes(root: ProcRoot): number {
  const text = root.readText("self", "statm", 128);
  const [, resident = 0, shared = 0] = isUnread(text) ? [] : text.split(" ").map(Number);
  return (resident - shared) * pageBytes;
}
