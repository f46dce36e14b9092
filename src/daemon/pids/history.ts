import type { PidReading } from "#daemon/pids/gauge.ts";
import { type Census, type GrowingHolder, holdersOf, takeCensus, whoGrows } from "#policy/pid-census.ts";
import { type Point, type Trend, trendOf } from "#policy/trend.ts";
import type { Container } from "#process/container.ts";
import type { PidSource } from "#process/pid-source.ts";
import type { ProcessTable } from "#process/table.ts";

/** What came before, as far back as growth is measured. */
export interface PidHistory {
  add(reading: PidReading, table: ProcessTable, now: number): void;
  /** Of what counts against that limit of the pod; null: of the pod's tasks, where no limit is known. */
  podTrend(source: PidSource | null): Trend | null;
  containerTrend(key: string): Trend | null;
  /** Of one of a node's pods, by its UID. */
  nodePodTrend(uid: string): Trend | null;
  /** Who has taken most pids since the window began, of those in such containers. */
  growing(table: ProcessTable, isThere: (container: Container | null) => boolean, now: number): GrowingHolder[];
}

const windowMs = 10 * 60_000;
/** Who holds what changes less often than how much is held, and takes more to count. */
const censusMs = 60_000;

interface Series {
  points: Point[];
  /** Undefined until somebody asks. */
  trend: Trend | null | undefined;
}

export function createPidHistory(): PidHistory {
  let series = new Map<string, Series>();
  let censuses: Census[] = [];

  function trendBy(key: string): Trend | null {
    const found = series.get(key);
    if (!found) return null;
    if (found.trend === undefined) found.trend = trendOf(found.points);
    return found.trend;
  }

  return {
    add(reading, table, now) {
      const isRecent = ({ at }: { readonly at: number }) => now - at <= windowMs;
      const values: [string, number][] = [
        [podKey(null), reading.tasks],
        ...reading.limits.map(({ source, current }): [string, number] => [podKey(source), current]),
        ...[...reading.containers].map(([key, { current }]): [string, number] => [containerKey(key), current]),
        ...[...reading.pods].map(([uid, { current }]): [string, number] => [nodePodKey(uid), current]),
      ];
      series = new Map(
        values.map(([key, value]) => {
          const before = series.get(key)?.points.filter(isRecent) ?? [];
          return [key, { points: [...before, { at: now, value }], trend: undefined }];
        }),
      );
      const newest = censuses.at(-1);
      if (newest && now - newest.at < censusMs) return;
      censuses = [...censuses.filter(isRecent), takeCensus(holdersOf(table), now)];
    },
    podTrend: (source) => trendBy(podKey(source)),
    containerTrend: (key) => trendBy(containerKey(key)),
    nodePodTrend: (uid) => trendBy(nodePodKey(uid)),
    growing(table, isThere, now) {
      const since = censuses.find(({ at }) => at < now) ?? null;
      return whoGrows(holdersOf(table), since, isThere);
    },
  };
}

function podKey(source: PidSource | null): string {
  return `pod ${source}`;
}

function nodePodKey(uid: string): string {
  return `pod of node ${uid}`;
}

function containerKey(key: string): string {
  return `container ${key}`;
}
