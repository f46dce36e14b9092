import type { WatchSettings } from "#process/reload.ts";
import type { ReloadsMeans, ServedReloader } from "#serve/reloader.ts";

const none: ServedReloader = {
  start() {},
  async stop() {},
  configure() {},
  problem: () => null,
  opensOf: () => null,
  watches: () => [],
  records: () => [],
  run: async () => null,
  hold: () => false,
  release: () => false,
};

/** The reloader, loaded with the first watch: what it is made of takes a twentieth of the memory of an idle agent. */
export async function createReloads(means: ReloadsMeans) {
  let reloader = none;
  let isRunning = false;

  async function load(settings: readonly WatchSettings[]): Promise<void> {
    if (settings.length === 0) return;
    const { createServedReloader } = await import("#serve/reloader.ts");
    // Another SIGHUP may have been here meanwhile.
    if (reloader !== none) return;
    reloader = createServedReloader({ ...means, settings });
    if (isRunning) reloader.start();
  }

  await load(means.settings);
  return {
    start() {
      isRunning = true;
      reloader.start();
    },
    stop() {
      isRunning = false;
      return reloader.stop();
    },
    async configure(watches: readonly WatchSettings[]) {
      await load(watches);
      reloader.configure(watches);
    },
    problem: () => reloader.problem(),
    watches: () => reloader.watches(),
    records: () => reloader.records(),
    opensOf: (target: string) => reloader.opensOf(target),
    run: (...asked: Parameters<ServedReloader["run"]>) => reloader.run(...asked),
    hold: (name: string, forMs: number) => reloader.hold(name, forMs),
    release: (name: string) => reloader.release(name),
  };
}
