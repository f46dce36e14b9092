import { createReloadLoop, type ReloadLoop } from "#daemon/reload/loop.ts";
import type { ReloadCommon, ReloaderMeans } from "#daemon/reload/means.ts";
import { createReloadRecords } from "#daemon/reload/records.ts";
import { createTurns } from "#daemon/reload/turns.ts";
import type { Reloads, WatchSettings } from "#process/reload.ts";

interface Reloader extends Reloads {
  start(): void;
  /** Resolves when what runs has been told. */
  stop(): Promise<void>;
  /** Watches whose paths are the same keep what is known of them. */
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
      const before = loops;
      loops = new Map(
        watches.map((settings) => {
          const known = before.get(settings.name);
          if (known?.configure(settings)) return [settings.name, known];
          const loop = createReloadLoop(settings, common);
          if (isRunning) loop.start();
          return [settings.name, loop];
        }),
      );
      for (const [name, loop] of before) if (loops.get(name) !== loop) leave(loop);
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
      return dryRun ? loop.rehearse() : { kind: "ran", record: await loop.request(trace) };
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
