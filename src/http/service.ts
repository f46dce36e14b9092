import type { Clock } from "#base/clock.ts";
import type { Agent } from "#daemon/agent.ts";
import type { Health } from "#daemon/health.ts";

/** What the composition root hands to HTTP. */
export interface Service {
  readonly agent: Agent;
  readonly health: Health;
  readonly clock: Clock;
  /** The settings in force, with their sources. */
  readonly explain: () => readonly { key: string; value: unknown; source: string; description: string }[];
  readonly version: string;
  /** Fires when sexton is about to stop: nobody is to wait any longer. */
  readonly stopping: AbortSignal;
}
