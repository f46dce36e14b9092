import type { ProcessList, Zombies } from "#ui/api/answers.ts";
import { containerKey, containerName } from "#ui/model/containers.ts";

/** What is known of one moment; what is not known is null. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly processes: number;
  readonly threads: number;
  readonly zombies: number;
  readonly pids: number | null;
  readonly pidsLimit: number | null;
  readonly containers: ReadonlyMap<string, ContainerSample>;
}

export interface ContainerSample {
  readonly name: string;
  readonly processes: number;
  readonly cpuPercent: number;
  readonly rssBytes: number;
}

const historyMs = 600_000;
/** Two looks at the same moment are one. */
const leastApartMs = 900;
/** Longer without a look is a gap, and drawn as one. */
export const gapMs = 40_000;

export interface History {
  readonly samples: readonly Sample[];
  add(sample: Sample): void;
  clear(): void;
}

/** The last ten minutes. */
export function createHistory(): History {
  let samples: Sample[] = [];
  return {
    get samples() {
      return samples;
    },
    add(sample) {
      const last = samples.at(-1);
      if (last && sample.time - last.time < leastApartMs) return;
      samples = [...samples.filter(({ time }) => time > sample.time - historyMs), sample];
    },
    clear() {
      samples = [];
    },
  };
}

export function sampleOf({ observedAt, processes, total }: ProcessList, zombies: Zombies | null): Sample {
  const containers = new Map<string, ContainerSample>();
  let threads = 0;
  let ended = 0;
  for (const process of processes) {
    threads += process.threads;
    if (process.state === "zombie") ended++;
    const key = containerKey(process);
    const before = containers.get(key);
    containers.set(key, {
      name: before?.name ?? containerName(process),
      processes: (before?.processes ?? 0) + 1,
      cpuPercent: (before?.cpuPercent ?? 0) + process.cpuPercent,
      rssBytes: (before?.rssBytes ?? 0) + process.rssBytes,
    });
  }
  return {
    time: Date.parse(observedAt),
    processes: total,
    threads,
    zombies: ended,
    pids: zombies?.pids.current ?? null,
    pidsLimit: zombies?.pids.limit ?? null,
    containers,
  };
}
