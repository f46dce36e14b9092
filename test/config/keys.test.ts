import { expect, test } from "bun:test";
import { configKeys } from "#config/keys.ts";

test("every setting has its dotted name, flag and variable, and says what it is for", () => {
  expect(configKeys.map(({ name, flag, variable }) => `${name} --${flag} ${variable}`)).toEqual([
    "listen --listen SEXTON_LISTEN",
    "probes --probes SEXTON_PROBES",
    "auth.tokensFile --auth-tokens-file SEXTON_AUTH_TOKENS_FILE",
    "auth.clientRole --auth-client-role SEXTON_AUTH_CLIENT_ROLE",
    "tls.certFile --tls-cert-file SEXTON_TLS_CERT_FILE",
    "tls.keyFile --tls-key-file SEXTON_TLS_KEY_FILE",
    "tls.clientCaFile --tls-client-ca-file SEXTON_TLS_CLIENT_CA_FILE",
    "socket.mode --socket-mode SEXTON_SOCKET_MODE",
    "socket.uids --socket-uids SEXTON_SOCKET_UIDS",
    "allowedHosts --allowed-hosts SEXTON_ALLOWED_HOSTS",
    "limits.requests --limits-requests SEXTON_LIMITS_REQUESTS",
    "limits.streams --limits-streams SEXTON_LIMITS_STREAMS",
    "limits.mutations --limits-mutations SEXTON_LIMITS_MUTATIONS",
    "tokenFile --token-file SEXTON_TOKEN_FILE",
    "position --position SEXTON_POSITION",
    "node.podLogs --node-pod-logs SEXTON_NODE_POD_LOGS",
    "node.kubelet --node-kubelet SEXTON_NODE_KUBELET",
    "node.tokenFile --node-token-file SEXTON_NODE_TOKEN_FILE",
    "node.caFile --node-ca-file SEXTON_NODE_CA_FILE",
    "targetContainer --target-container SEXTON_TARGET_CONTAINER",
    "podPidsLimit --pod-pids-limit SEXTON_POD_PIDS_LIMIT",
    "targets --targets SEXTON_TARGETS",
    "signals.allow --signals-allow SEXTON_SIGNALS_ALLOW",
    "signals.minSpacing --signals-min-spacing SEXTON_SIGNALS_MIN_SPACING",
    "zombies.minAge --zombies-min-age SEXTON_ZOMBIES_MIN_AGE",
    "zombies.remedy --zombies-remedy SEXTON_ZOMBIES_REMEDY",
    "watch.tick --watch-tick SEXTON_WATCH_TICK",
    "watch.watches --watch SEXTON_WATCH",
    "shutdown.delay --shutdown-delay SEXTON_SHUTDOWN_DELAY",
    "shutdown.exitWithApp --shutdown-exit-with-app SEXTON_SHUTDOWN_EXIT_WITH_APP",
    "hooks --hooks SEXTON_HOOKS",
    "pod.restart --pod-restart SEXTON_POD_RESTART",
    "events.maxEvents --events-max-events SEXTON_EVENTS_MAX_EVENTS",
    "events.maxBytes --events-max-bytes SEXTON_EVENTS_MAX_BYTES",
    "api.exposeEnviron --api-expose-environ SEXTON_API_EXPOSE_ENVIRON",
    "api.redactArgs --api-redact-args SEXTON_API_REDACT_ARGS",
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
  expect(configKeys.filter(({ isMap }) => isMap).map(({ name }) => name)).toEqual(["targets", "hooks"]);
  expect(configKeys.filter(({ isSwitch }) => isSwitch).map(({ name }) => name)).toEqual([
    "shutdown.exitWithApp",
    "pod.restart",
    "api.exposeEnviron",
    "api.redactArgs",
    "telemetry.commandLine",
  ]);
});
