import type { Clock } from "#base/clock.ts";
import type { Agent } from "#daemon/agent.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Health } from "#daemon/health.ts";
import type { Pids } from "#daemon/pids/pids.ts";
import type { ZombieCare } from "#daemon/zombies/care.ts";
import type { Strays } from "#daemon/zombies/strays.ts";
import type { EventStreams } from "#http/events/streams.ts";
import type { DoctorReport } from "#http/views/diagnosis.ts";
import type { Hooks } from "#process/hook.ts";
import type { Pod } from "#process/leave.ts";
import type { Reloads } from "#process/reload.ts";
import type { Scrapes } from "#telemetry/scrapes.ts";

/** What the composition root hands to HTTP. */
export interface Service {
  readonly agent: Agent;
  readonly strays: Pick<Strays, "of" | "originOf">;
  readonly reloads: Reloads;
  readonly zombies: Pick<ZombieCare, "report" | "reap">;
  readonly health: Health;
  readonly pids: Pick<Pids, "budgets">;
  readonly bus: Bus;
  readonly streams: EventStreams;
  readonly clock: Clock;
  readonly doctor: () => Promise<DoctorReport>;
  readonly metrics: Pick<Scrapes, "serve">;
  /** The settings in force, with their sources. */
  readonly explain: () => readonly { key: string; value: unknown; source: string; description: string }[];
  readonly hooks: Hooks;
  readonly pod: Pod;
  readonly version: string;
  /** Fires when sexton is about to stop: nobody is to wait any longer. */
  readonly stopping: AbortSignal;
}
