import type { Trend } from "#policy/trend.ts";
import type { Container } from "#process/container.ts";
import type { PidSource } from "#process/pid-source.ts";
import type { Pod } from "#process/pod.ts";

/** A limit with what counts against it: threads, and zombies until they are collected. */
export interface PidLimit {
  readonly source: PidSource;
  readonly current: number;
  readonly limit: number;
  /** Whose tasks `current` is. */
  readonly counts: "container" | "pod" | "namespace" | "node";
}

/** How near a limit is. Where no limit is known, `limit`, `source` and `percent` are null. */
export interface PidBudget {
  readonly current: number;
  readonly limit: number | null;
  readonly source: PidSource | null;
  readonly counts: PidLimit["counts"];
  readonly percent: number | null;
  readonly zombies: number;
  /** Over the last ten minutes; 0 where no trend shows, null until there is enough history. */
  readonly growthPerHour: number | null;
  /** At that growth; null where nothing grows, no limit is known, or there is not enough history. */
  readonly secondsToExhaustion: number | null;
}

/** A container's share. `currentFrom`: its cgroup's own count, or that of the processes that were seen. */
export interface ContainerPidBudget extends PidBudget {
  readonly container: Container;
  readonly currentFrom: "cgroup" | "processes";
}

/** That of one of a node's pods. */
export interface PodPidBudget extends PidBudget {
  readonly pod: Pod;
}

/** Of several limits the one that leaves least room: the first that a fork will meet. */
export function bindingLimit(limits: readonly PidLimit[]): PidLimit | null {
  return limits.reduce<PidLimit | null>(
    (least, limit) => (least === null || limit.limit - limit.current < least.limit - least.current ? limit : least),
    null,
  );
}

type Counted = Omit<PidLimit, "source" | "limit"> & { readonly [Key in "source" | "limit"]: PidLimit[Key] | null };

export function budgetOf({ source, current, limit, counts }: Counted, zombies: number, trend: Trend | null): PidBudget {
  return {
    current,
    limit,
    source,
    counts,
    percent: limit === null ? null : percentOf(current, limit),
    zombies,
    growthPerHour: trend === null ? null : Math.round(trend.perSecond * 36_000) / 10,
    secondsToExhaustion: limit === null ? null : secondsLeft(limit - current, trend),
  };
}

export function percentOf(current: number, limit: number): number {
  return Math.round((current / limit) * 1_000) / 10;
}

function secondsLeft(headroom: number, trend: Trend | null): number | null {
  if (trend === null || trend.perSecond <= 0) return null;
  return Math.max(0, Math.round(headroom / trend.perSecond));
}

export const pressureLevels = ["ok", "warning", "critical"] as const;
export type PressureLevel = (typeof pressureLevels)[number];

/** Percent of a limit where a level begins, and below which it is over: a count on the line must not flap. */
const thresholds = { warning: { from: 80, until: 75 }, critical: { from: 95, until: 90 } };

export function levelAfter(before: PressureLevel, percent: number): PressureLevel {
  const holds = (level: "warning" | "critical", held: boolean) =>
    percent >= (held ? thresholds[level].until : thresholds[level].from);
  if (holds("critical", before === "critical")) return "critical";
  return holds("warning", before !== "ok") ? "warning" : "ok";
}

export function isWorse(level: PressureLevel, than: PressureLevel): boolean {
  return pressureLevels.indexOf(level) > pressureLevels.indexOf(than);
}
