import { createReloadLoop, type ReloadLoop } from "#daemon/reload/loop.ts";
import type { ReloadCommon, ReloaderMeans } from "#daemon/reload/means.ts";
import { createReloadRecords } from "#daemon/reload/records.ts";
import { createTurns } from "#daemon/reload/turns.ts";
import type { Reloads, WatchSettings } from "#process/reload.ts";

interface Reloader extends Reloads {
  start(): void;
  /** Resolves when what runs has been told. */
  stop(): Promise<void>;
  /** Watches whose paths are the same keep what is known of them, whatever they are called. */
  configure(watches: readonly WatchSettings[]): void;
  /** In a sentence, which watch is dead; null: all live. */
  problem(): string | null;
  /** How often others have opened files of the watches that are meant; null: nothing tells. */
  opensOf(isMeant: (watch: WatchSettings) => boolean): (() => number) | null;
}

/** Reloads apps when their configuration changes: a loop for each watch, and what they have in common. */
export function createReloader(means: ReloaderMeans): Reloader {
  const common: ReloadCommon = {
    means,
    records: createReloadRecords(),
    monotonic: () => performance.now(),
    inTurn: createTurns(),
  };
  let loops: ReadonlyMap<string, ReloadLoop> = new Map(
    means.settings.map((settings) => [settings.name, createReloadLoop(settings, common)]),
  );
  /** Of watches that are no more. */
  const leaving = new Set<Promise<void>>();
  let isRunning = false;

  function leave(loop: ReloadLoop): void {
    const left = loop.stop();
    leaving.add(left);
    void left.finally(() => leaving.delete(left));
  }

  function begin(settings: WatchSettings): ReloadLoop {
    const loop = createReloadLoop(settings, common);
    if (isRunning) loop.start();
    return loop;
  }

  return {
    start() {
      isRunning = true;
      for (const loop of loops.values()) loop.start();
    },
    async stop() {
      isRunning = false;
      for (const loop of loops.values()) leave(loop);
      await Promise.all(leaving);
    },
    configure(watches) {
      const before = [...loops.values()];
      const kept = new Map<WatchSettings, ReloadLoop>();
      const names = new Map<string, string>();
      const left = () => before.filter((loop) => ![...kept.values()].includes(loop));
      // By what it does first: names may be exchanged.
      for (const isSame of [isEqual, isRenamed, isRetargeted])
        for (const settings of watches) {
          const known = kept.has(settings) ? undefined : left().find((loop) => isSame(loop.settings(), settings));
          if (!known) continue;
          const { name } = known.settings();
          known.configure(settings);
          kept.set(settings, known);
          if (name !== settings.name) names.set(name, settings.name);
        }
      common.records.rename(
        names,
        watches.map(({ name }) => name),
      );
      const gone = left();
      loops = new Map(watches.map((settings) => [settings.name, kept.get(settings) ?? begin(settings)]));
      for (const loop of gone) leave(loop);
    },
    problem() {
      for (const loop of loops.values()) {
        const sentence = loop.problem();
        if (sentence !== null) return sentence;
      }
      return null;
    },
    opensOf(isMeant) {
      const all = [...loops.values()].flatMap((loop) => (isMeant(loop.settings()) ? (loop.opened() ?? []) : []));
      return all.length === 0 ? null : () => all.reduce((sum, opened) => sum + opened(), 0);
    },
    watches: () => [...loops.values()].map((loop) => loop.state()),
    records: common.records.list,
    async run(name, { dryRun, trace }) {
      const loop = loops.get(name);
      if (!loop) return null;
      return dryRun ? loop.rehearse() : loop.request(trace);
    },
    hold(name, forMs) {
      loops.get(name)?.hold(forMs);
      return loops.has(name);
    },
    release(name) {
      loops.get(name)?.release();
      return loops.has(name);
    },
  };
}

/** What makes two settings those of one watch: it keeps what it knows of its paths. */
const hasPaths = (one: WatchSettings, other: WatchSettings) =>
  JSON.stringify(one.paths) === JSON.stringify(other.paths);
const isRenamed = (one: WatchSettings, other: WatchSettings) => one.target === other.target && hasPaths(one, other);
const isEqual = (one: WatchSettings, other: WatchSettings) => one.name === other.name && isRenamed(one, other);
const isRetargeted = (one: WatchSettings, other: WatchSettings) => one.name === other.name && hasPaths(one, other);
