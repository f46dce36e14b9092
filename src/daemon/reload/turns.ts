import type { ReloadCommon } from "#daemon/reload/means.ts";
import type { WatchSettings } from "#process/reload.ts";

/** Work for the same app is done one after the other, in the order that it came in. */
export function createTurns(): ReloadCommon["inTurn"] {
  const last = new Map<string, Promise<unknown>>();
  return async (watch, work) => {
    const key = appOf(watch);
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}

/** As well as it can be told by the settings: two names of one app are two here. */
function appOf({ target, http }: WatchSettings): string {
  return JSON.stringify(http ? { http: new URL(http.url).host } : { target });
}
