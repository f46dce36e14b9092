import { isWorse, levelAfter, type PidLimit, type PressureLevel, percentOf } from "#policy/pids.ts";
import type { Container } from "#process/container.ts";

/** A limit, and whose it is: a container's, or where that is null the pod's. */
export interface ScopedLimit {
  readonly container: Container | null;
  readonly limit: PidLimit;
}

/** The level of each limit that was seen, by whose it is and what it is. */
export type Pressure = ReadonlyMap<string, { readonly container: string | null; readonly level: PressureLevel }>;

/** The pod or a container has come to another level: by this limit, the nearest of those at that level. */
export interface PressureChange extends ScopedLimit {
  readonly level: PressureLevel;
}

export const noPressure: Pressure = new Map();

/**
 * The level of the pod and of each container is that of its worst limit. A rise is a change, and so is the end of
 * pressure; a fall from critical to warning is none, and lets the next rise be told again. A limit that cannot be read
 * for once keeps its level as long as its container is there, so that an unreadable file ends no pressure.
 */
export function assessPressure(
  before: Pressure,
  limits: readonly ScopedLimit[],
  containers: ReadonlySet<string>,
): { readonly after: Pressure; readonly changes: readonly PressureChange[] } {
  const after = new Map([...before].filter(([key, { container }]) => isKept(key, container, containers)));
  for (const { container, limit } of limits) {
    const key = keyOf(container, limit);
    const level = levelAfter(before.get(key)?.level ?? "ok", percentOf(limit.current, limit.limit));
    after.set(key, { container: container?.key ?? null, level });
  }
  const scopes = Map.groupBy(limits, ({ container }) => container?.key ?? null);
  const changes = [...scopes].flatMap(([scope, own]): PressureChange[] => {
    const [was, is] = [worst(before, scope), worst(after, scope)];
    if (is === was || (is !== "ok" && !isWorse(is, was))) return [];
    const atLevel = own.filter(({ container, limit }) => after.get(keyOf(container, limit))?.level === is);
    const nearest = atLevel.sort((a, b) => shareOf(b) - shareOf(a))[0];
    return nearest ? [{ ...nearest, level: is }] : [];
  });
  return { after, changes };
}

const settingKey = "pod setting";

function keyOf(container: Container | null, { source }: PidLimit): string {
  return container ? `container ${container.key} ${source}` : `pod ${source}`;
}

/** A setting is always readable: when it is missing, it is no more. */
function isKept(key: string, container: string | null, containers: ReadonlySet<string>): boolean {
  return container === null ? key !== settingKey : containers.has(container);
}

function worst(pressure: Pressure, scope: string | null): PressureLevel {
  let level: PressureLevel = "ok";
  for (const entry of pressure.values()) {
    if (entry.container === scope && isWorse(entry.level, level)) level = entry.level;
  }
  return level;
}

function shareOf({ limit }: ScopedLimit): number {
  return limit.current / limit.limit;
}
