import type { Log } from "#base/log.ts";
import type { Apps } from "#daemon/shutdown/apps.ts";
import type { Reloads } from "#process/reload.ts";

/** How long sexton went on after it was told to end; null: it had nobody to wait for. */
export interface Waited {
  readonly seconds: number;
  /** Who was still there when the time was up. */
  readonly left: readonly string[];
}

interface Means {
  readonly apps: Apps;
  readonly reloads: Pick<Reloads, "watches" | "hold">;
  readonly log: Pick<Log, "info" | "warn">;
}

const lookEachMs = 100;
/** After the last process is gone: its end is to be in the register, and on its way to whoever reads it. */
const settleMs = 150;

/**
 * As a plain container sexton is told to end together with the app: it goes on until the app has. As a native sidecar it
 * is told when all main containers are gone (KEP-753), so that there is nobody to wait for.
 */
export async function waitForApps({ apps, reloads, log }: Means, mostMs: number): Promise<Waited | null> {
  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  let left = mostMs === 0 ? [] : apps.left();
  if (left.length === 0) return null;
  log.info("sexton goes on until the app has ended", { apps: left, atMostSeconds: mostMs / 1000 });
  // Whoever is about to end needs no new configuration; what somebody asks for is done all the same.
  for (const { settings } of reloads.watches()) reloads.hold(settings.name, mostMs);
  while (left.length > 0 && elapsed() < mostMs) {
    await Bun.sleep(Math.min(lookEachMs, mostMs - elapsed()));
    left = apps.left();
  }
  const seconds = Math.round(elapsed() / 100) / 10;
  if (left.length === 0) await Bun.sleep(settleMs);
  else log.warn("the app is still there: shutdown.delay is over", { apps: left, afterSeconds: seconds });
  return { seconds, left };
}
