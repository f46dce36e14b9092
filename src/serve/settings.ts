import { UsageError } from "#base/errors.ts";
import type { LoadedConfig } from "#config/load.ts";
import type { Config } from "#config/schema.ts";
import type { AgentSettings } from "#daemon/agent.ts";
import type { BusLimits } from "#daemon/bus.ts";
import type { PidSettings } from "#daemon/pids/gauge.ts";
import type { RunProgram } from "#process/run-program.ts";

/* What each part of the agent is told of the configuration. */

export function settingsOf({ config, origins }: LoadedConfig, isNode: boolean): AgentSettings {
  const { targets, targetContainer, signals, api, zombies } = config;
  const minAgeIsDefault = origins.get("zombies.minAge") === "default";
  return {
    targets,
    targetContainer,
    signals: signalsOf(signals, isNode),
    exposeEnviron: api.exposeEnviron,
    zombies: { remedy: zombies.remedy, minAgeMs: zombies.minAge, minAgeIsDefault },
  };
}

/** Whoever sees a whole node is there to look: what it may do to whose apps is to be said. */
function signalsOf({ allow, minSpacing: minSpacingMs }: Config["signals"], isNode: boolean): AgentSettings["signals"] {
  if (allow === undefined && isNode) return { allow: [], minSpacingMs, isNodeDefault: true };
  return { allow: allow ?? null, minSpacingMs };
}

export function pidSettingsOf({ podPidsLimit }: Config): PidSettings {
  return { podPidsLimit: podPidsLimit ?? null };
}

export function limitsOf({ events }: Config): BusLimits {
  return { events: events.maxEvents, bytes: events.maxBytes };
}

export function refusePrograms({ watch }: Config, runProgram: RunProgram | null): void {
  const asked = watch.watches.find(({ validate }) => validate?.kind === "exec");
  if (!asked || runProgram) return;
  throw new UsageError(
    `Cannot validate watch ${asked.name} by exec: only sexton init starts programs. Use json, yaml, toml or http, or run sexton in front of the app.`,
  );
}

export function refuseOtherListeners(before: Config, after: Config): void {
  const places = ({ listen, probes, watch, auth, tls, socket, allowedHosts, position, node }: Config) =>
    JSON.stringify([listen, probes, watch.tick, auth, tls, socket, allowedHosts, position, node]);
  if (places(before) === places(after)) return;
  throw new UsageError(
    "Cannot change listen, probes, auth, tls, socket, allowedHosts, position, node or watch.tick while running: restart sexton for that.",
  );
}
