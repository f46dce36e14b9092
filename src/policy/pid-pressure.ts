import { isWorse, levelAfter, type PidLimit, type PressureLevel, percentOf } from "#policy/pids.ts";
import type { Container } from "#process/container.ts";
import type { Pod } from "#process/pod.ts";

/** A limit, and whose it is: a container's, or one pod's of a node's; where both are null, that of all that is seen. */
export interface ScopedLimit {
  readonly container: Container | null;
  readonly pod?: Pod | null;
  readonly limit: PidLimit;
}

/** The level of each limit that was seen, by whose it is and what it is. */
export type Pressure = ReadonlyMap<string, { readonly scope: string | null; readonly level: PressureLevel }>;

/** Null: all that is seen. */
function scopeOf({ container, pod }: Pick<ScopedLimit, "container" | "pod">): string | null {
  return container?.key ?? (pod ? podScope(pod.uid) : null);
}

export function podScope(uid: string): string {
  return `pod ${uid}`;
}

/** The pod or a container has come to another level: by this limit, the nearest of those at that level. */
export interface PressureChange extends ScopedLimit {
  readonly level: PressureLevel;
}

export const noPressure: Pressure = new Map();

/**
 * The level of the pod and of each container is that of its worst limit. A rise is a change, and so is the end of
 * pressure; a fall from critical to warning is none, and lets the next rise be told again. A limit that cannot be read
 * for once keeps its level as long as its container or pod is there, so that an unreadable file ends no pressure.
 */
export function assessPressure(
  before: Pressure,
  limits: readonly ScopedLimit[],
  scopes: ReadonlySet<string>,
): { readonly after: Pressure; readonly changes: readonly PressureChange[] } {
  const after = new Map([...before].filter(([key, { scope }]) => isKept(key, scope, scopes)));
  for (const scoped of limits) {
    const key = keyOf(scoped);
    const { current, limit } = scoped.limit;
    const level = levelAfter(before.get(key)?.level ?? "ok", percentOf(current, limit));
    after.set(key, { scope: scopeOf(scoped), level });
  }
  const changes = [...Map.groupBy(limits, scopeOf)].flatMap(([scope, own]): PressureChange[] => {
    const [was, is] = [worst(before, scope), worst(after, scope)];
    if (is === was || (is !== "ok" && !isWorse(is, was))) return [];
    const atLevel = own.filter((scoped) => after.get(keyOf(scoped))?.level === is);
    const nearest = atLevel.sort((a, b) => shareOf(b) - shareOf(a))[0];
    return nearest ? [{ ...nearest, level: is }] : [];
  });
  return { after, changes };
}

const settingKey = "all setting";

function keyOf(scoped: ScopedLimit): string {
  return `${scopeOf(scoped) ?? "all"} ${scoped.limit.source}`;
}

/** A setting is always readable: when it is missing, it is no more. */
function isKept(key: string, scope: string | null, scopes: ReadonlySet<string>): boolean {
  return scope === null ? key !== settingKey : scopes.has(scope);
}

function worst(pressure: Pressure, scope: string | null): PressureLevel {
  let level: PressureLevel = "ok";
  for (const entry of pressure.values()) {
    if (entry.scope === scope && isWorse(entry.level, level)) level = entry.level;
  }
  return level;
}

function shareOf({ limit }: ScopedLimit): number {
  return limit.current / limit.limit;
}
