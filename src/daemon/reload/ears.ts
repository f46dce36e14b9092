import type { ContentWatch } from "#daemon/content/watch.ts";
import type { Faults } from "#daemon/reload/faults.ts";
import type { ReloaderMeans } from "#daemon/reload/means.ts";

/** How a watch hears of changes. What it cannot hear of is found by the next rescan. */
export interface Ears {
  /** Begins to listen, or again where that was in vain. */
  open(): void;
  watch(): ContentWatch | null;
  close(): void;
}

export const listening = "watch the paths";

export function createEars(
  paths: readonly string[],
  { watchContent }: Pick<ReloaderMeans, "watchContent">,
  faults: Faults,
  hear: () => void,
): Ears {
  let watch: ContentWatch | null = null;
  return {
    open() {
      watch ??= faults.guard(listening, () => watchContent(paths, hear), null);
    },
    watch: () => watch,
    close() {
      watch?.stop();
      watch = null;
    },
  };
}
