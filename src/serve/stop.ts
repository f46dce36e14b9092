import { version } from "#base/version.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Waited } from "#daemon/shutdown/wait.ts";
import type { RunningServer } from "#http/listeners/server.ts";
import type { Leave } from "#process/leave.ts";

interface Means {
  readonly bus: Pick<Bus, "emit">;
  /** What looks and acts of its own accord. */
  readonly loops: readonly { stop(): void }[];
  /** Who has still something to tell. */
  readonly tellers: readonly { stop(): Promise<void> }[];
  readonly stopping: AbortController;
  readonly servers: RunningServer[];
  readonly telemetry: { shutdown(withinMs: number): Promise<void> } | null;
}

/** Requests in flight have this long. */
const stopGraceMs = 1_500;
const toldWithinMs = 300;
/** For whoever does not say how long a stop may take. */
const stopWithinMs = 2_000;

/** The end, in the order opposite to the start. */
export type Stop = (
  why: { readonly leave: Leave; readonly waited: Waited | null } | null,
  withinMs?: number,
) => Promise<void>;

export function createStop({ bus, loops, tellers, stopping, servers, telemetry }: Means): Stop {
  return async (why, withinMs = stopWithinMs) => {
    const deadline = performance.now() + withinMs;
    for (const loop of loops) loop.stop();
    const { reason = null, caller = null } = why?.leave ?? {};
    const waited = why?.waited ? { waitedSeconds: why.waited.seconds, left: why.waited.left } : {};
    const data = { version, pid: process.pid, reason, ...(caller ? { caller } : {}), ...waited };
    bus.emit({ type: "agent.stopping", data });
    // What is being followed is told as it is known by now, and only then do those go who listen.
    await Promise.race([Promise.all(tellers.map((teller) => teller.stop())), Bun.sleep(toldWithinMs)]);
    stopping.abort();
    // The flush is to have some of the time too.
    const graceMs = Math.min(stopGraceMs, (deadline - performance.now()) / 2);
    await Promise.all(servers.splice(0).map((server) => server.stop(graceMs)));
    await telemetry?.shutdown(deadline - performance.now());
  };
}
