import type { Bus } from "#daemon/bus.ts";
import type { Outcome } from "#daemon/outcome.ts";
import type { Follow } from "#daemon/perform.ts";
import type { EventProcess, EventType } from "#process/event.ts";

/** A reload has at least this long to show an effect before it is said that none was seen. */
export const reloadWaitMs = 2_000;

export interface Reload {
  readonly process: EventProcess;
  /** The target's name. */
  readonly target: string;
  readonly verb: string;
  /** The watch that asked for it; null: somebody did over HTTP. */
  readonly watch: string | null;
}

/** Follows each reload to its end, whether or not its caller waits for it, and tells both. */
export interface ReloadFollow {
  /**
   * Tells `reload.started`, and of what is returned how it ended; `cause` is the event of its signal. `enough`: nobody wants
   * to know any more, since it is told something newer, whose effects would be taken for those of this.
   */
  started(reload: Reload, cause: number, forMs?: number, enough?: AbortSignal | null): Follow;
  /** Ends what is being followed; resolves when that is told, as it is known by then. */
  stop(): Promise<void>;
}

const endTypes = {
  confirmed: "reload.confirmed",
  unconfirmed: "reload.unconfirmed",
  exited: "reload.failed",
  pending: "reload.unconfirmed",
} as const satisfies Record<Outcome["status"], EventType>;

export function createReloadFollow(bus: Pick<Bus, "emit">): ReloadFollow {
  const stopping = new AbortController();
  const following = new Set<Promise<void>>();
  return {
    started({ process, ...reload }, cause, forMs = 0, enough = null) {
      const id = bus.emit({ type: "reload.started", process, data: reload, cause });
      const { promise, resolve } = Promise.withResolvers<void>();
      following.add(promise);
      return {
        forMs: Math.max(reloadWaitMs, forMs),
        abort: enough ? AbortSignal.any([stopping.signal, enough]) : stopping.signal,
        settled({ status, ...found }) {
          const type = found.failure === undefined ? endTypes[status] : "reload.failed";
          const isSuperseded = type === "reload.unconfirmed" && enough?.aborted;
          const data = { ...reload, outcome: status, ...found, ...(isSuperseded && { superseded: true }) };
          bus.emit({ type, process, data, cause: id });
          following.delete(promise);
          resolve();
        },
      };
    },
    async stop() {
      stopping.abort();
      await Promise.all(following);
    },
  };
}
