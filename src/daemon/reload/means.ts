import type { Clock } from "#base/clock.ts";
import type { Problem } from "#base/errors.ts";
import type { Log } from "#base/log.ts";
import type { Bus } from "#daemon/bus.ts";
import type { ContentMemory } from "#daemon/content/memory.ts";
import type { ReadContent } from "#daemon/content/read.ts";
import type { ContentWatch } from "#daemon/content/watch.ts";
import type { Apply } from "#daemon/evidence/apply.ts";
import type { ReloadRecords } from "#daemon/reload/records.ts";
import type { ContentFile, Rejection, Validation, WatchSettings } from "#process/reload.ts";

/** What the reloader is made of; handed in, since each part has effects of its own. */
export interface ReloaderMeans {
  /** Of the wall: what is told to people. */
  readonly clock: Clock;
  readonly bus: Pick<Bus, "emit">;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly settings: readonly WatchSettings[];
  /** Each pod of a fleet has another one. */
  readonly podName: string;
  readonly watchContent: (paths: readonly string[], onNotice: () => void) => ContentWatch;
  readonly readContent: (paths: readonly string[], memory?: ContentMemory) => Promise<ReadContent>;
  readonly validate: (
    validation: Validation,
    files: readonly ContentFile[],
    abort: AbortSignal,
    /** Hears, in a sentence, which files nobody could judge. */
    tellUnjudged?: (sentence: string) => void,
  ) => Promise<Rejection | null>;
  readonly apply: Apply;
  /** Why a reload would be refused at this moment; null: nothing speaks against it. */
  readonly preview: (watch: WatchSettings) => Promise<Problem | null>;
  /** In a sentence, why nobody is found whom nobody will start either: a name that is wrong; null: nothing is wrong. */
  readonly targetProblem: (watch: WatchSettings) => string | null;
  readonly oldWorkers: (watch: WatchSettings) => number;
  /** How long the app has been there, in milliseconds of a clock that nobody sets; null: it is not there, or unknown. */
  readonly ageOf: (watch: WatchSettings) => number | null;
  /** In a sentence, that a path never shows a change. */
  readonly findSubPath: (paths: readonly string[]) => string | null;
}

/** What all watches have in common. */
export interface ReloadCommon {
  readonly means: ReloaderMeans;
  readonly records: ReloadRecords;
  /** Nobody sets it. */
  readonly monotonic: Clock;
  /** One at a time for each app: two watches of the same one would take each other's effects for their own. */
  readonly inTurn: <T>(watch: WatchSettings, work: () => Promise<T>) => Promise<T>;
}
