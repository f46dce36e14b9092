import { UsageError } from "#base/errors.ts";
import { isLoopback } from "#base/loopback.ts";
import type { LoadedConfig } from "#config/load.ts";
import { type Config, formatListen, type Listen } from "#config/schema.ts";
import type { AgentSettings } from "#daemon/agent.ts";
import type { BusLimits } from "#daemon/bus.ts";
import type { PidSettings } from "#daemon/pids/gauge.ts";
import type { Listener } from "#http/server.ts";
import type { RunProgram } from "#process/run-program.ts";

/* What each part of the agent is told of the configuration. */

export function settingsOf({ config, origins }: LoadedConfig): AgentSettings {
  const { targets, targetContainer, signals, api, zombies } = config;
  const minAgeIsDefault = origins.get("zombies.minAge") === "default";
  return {
    targets,
    targetContainer,
    signals: { allow: signals.allow ?? null },
    exposeEnviron: api.exposeEnviron,
    zombies: { remedy: zombies.remedy, minAgeMs: zombies.minAge, minAgeIsDefault },
  };
}

export function pidSettingsOf({ podPidsLimit }: Config): PidSettings {
  return { podPidsLimit: podPidsLimit ?? null };
}

export function limitsOf({ events }: Config): BusLimits {
  return { events: events.maxEvents, bytes: events.maxBytes };
}

export function listenersOf({ listen, probes }: Config): readonly Listener[] {
  return [...listen.map(apiListener), ...(probes ? [probesListener(probes)] : [])];
}

function apiListener(listen: Listen): Listener {
  if (listen.kind === "unix") return { at: { path: listen.path }, role: "operate" };
  if (isLoopback(listen.hostname)) return { at: listen, role: "operate" };
  throw new UsageError(
    `Cannot listen on ${formatListen(listen)}: whoever reaches that address could signal the pod's processes, and nothing asks who they are. Listen on 127.0.0.1 or a unix:// socket; for the kubelet's probes use --probes.`,
  );
}

function probesListener(listen: Listen): Listener {
  return { at: listen.kind === "unix" ? { path: listen.path } : listen, role: "probe" };
}

export function refusePrograms({ watch }: Config, runProgram: RunProgram | null): void {
  const asked = watch.watches.find(({ validate }) => validate?.kind === "exec");
  if (!asked || runProgram) return;
  throw new UsageError(
    `Cannot validate watch ${asked.name} by exec: only sexton init starts programs. Use json, yaml, toml or http, or run sexton in front of the app.`,
  );
}

export function refuseOtherListeners(before: Config, after: Config): void {
  const places = ({ listen, probes, watch }: Config) => JSON.stringify([listen, probes, watch.tick]);
  if (places(before) === places(after)) return;
  throw new UsageError("Cannot change listen, probes or watch.tick while running: restart sexton for that.");
}
