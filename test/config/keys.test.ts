import { expect, test } from "bun:test";
import { configKeys } from "#config/keys.ts";

test("every setting has its dotted name, flag and variable, and says what it is for", () => {
  expect(configKeys.map(({ name, flag, variable }) => `${name} --${flag} ${variable}`)).toEqual([
    "listen --listen SEXTON_LISTEN",
    "probes --probes SEXTON_PROBES",
    "targetContainer --target-container SEXTON_TARGET_CONTAINER",
    "podPidsLimit --pod-pids-limit SEXTON_POD_PIDS_LIMIT",
    "targets --targets SEXTON_TARGETS",
    "signals.allow --signals-allow SEXTON_SIGNALS_ALLOW",
    "zombies.minAge --zombies-min-age SEXTON_ZOMBIES_MIN_AGE",
    "zombies.remedy --zombies-remedy SEXTON_ZOMBIES_REMEDY",
    "watch.tick --watch-tick SEXTON_WATCH_TICK",
    "watch.watches --watch SEXTON_WATCH",
    "events.maxEvents --events-max-events SEXTON_EVENTS_MAX_EVENTS",
    "events.maxBytes --events-max-bytes SEXTON_EVENTS_MAX_BYTES",
    "api.exposeEnviron --api-expose-environ SEXTON_API_EXPOSE_ENVIRON",
    "metrics.perProcess --metrics-per-process SEXTON_METRICS_PER_PROCESS",
    "metrics.top --metrics-top SEXTON_METRICS_TOP",
    "telemetry.commandLine --telemetry-command-line SEXTON_TELEMETRY_COMMAND_LINE",
    "log.level --log-level SEXTON_LOG_LEVEL",
  ]);
  for (const { description } of configKeys) expect(description.length).toBeGreaterThan(10);
});

test("the flag of a list of watches may be there several times", () => {
  expect(configKeys.filter(({ isMany }) => isMany).map(({ flag }) => flag)).toEqual(["watch"]);
});

test("maps and switches are known for what they are", () => {
  expect(configKeys.filter(({ isMap }) => isMap).map(({ name }) => name)).toEqual(["targets"]);
  expect(configKeys.filter(({ isSwitch }) => isSwitch).map(({ name }) => name)).toEqual([
    "api.exposeEnviron",
    "telemetry.commandLine",
  ]);
});
