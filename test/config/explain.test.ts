import { describe, expect, test } from "bun:test";
import { explainConfig } from "#config/explain.ts";
import { configKeys } from "#config/keys.ts";
import { loadConfig } from "#config/load.ts";

const explained = async (yaml: string, env = {}, flags = {}) => {
  const file = yaml === "" ? null : { path: "/etc/sexton.yaml", text: yaml };
  const settings = explainConfig(await loadConfig({ file, env, flags, profiles: ["nginx"] }));
  return Object.fromEntries(settings.map(({ key, value, source }) => [key, [value, source]]));
};

describe("explainConfig()", () => {
  test("tells every setting, its value and that it is the default", async () => {
    expect(await explained("")).toEqual({
      listen: [["127.0.0.1:9099"], "default"],
      probes: [null, "default"],
      targetContainer: [null, "default"],
      podPidsLimit: [null, "default"],
      targets: [{}, "default"],
      "signals.allow": [null, "default"],
      "metrics.perProcess": ["top", "default"],
      "metrics.top": [50, "default"],
      "telemetry.commandLine": [false, "default"],
      "api.exposeEnviron": [false, "default"],
      "api.redactArgs": [true, "default"],
      "auth.tokensFile": [null, "default"],
      "auth.clientRole": ["operate", "default"],
      "tls.certFile": [null, "default"],
      "tls.keyFile": [null, "default"],
      "tls.clientCaFile": [null, "default"],
      "socket.mode": ["0600", "default"],
      "socket.uids": [null, "default"],
      allowedHosts: [[], "default"],
      "limits.requests": [256, "default"],
      "limits.streams": [1_000, "default"],
      "limits.mutations": [500, "default"],
      tokenFile: [null, "default"],
      position: ["auto", "default"],
      "node.podLogs": ["/var/log/pods", "default"],
      "node.kubelet": [null, "default"],
      "node.tokenFile": [null, "default"],
      "node.caFile": [null, "default"],
      "signals.minSpacing": ["0ms", "default"],
      "shutdown.delay": ["25s", "default"],
      "shutdown.exitWithApp": [false, "default"],
      hooks: [{}, "default"],
      "pod.restart": [false, "default"],
      "log.level": ["info", "default"],
      "zombies.minAge": ["10s", "default"],
      "zombies.remedy": ["report", "default"],
      "watch.tick": ["20ms", "default"],
      "watch.watches": [[], "default"],
      "events.maxEvents": [10_000, "default"],
      "events.maxBytes": [8_388_608, "default"],
    });
  });

  test("tells where each value came from, and addresses as they are written", async () => {
    const yaml = "listen: ['[::1]:9099', 'unix:///run/s.sock']\ntargets: {web: {container: nginx}}\n";
    const settings = await explained(yaml, { SEXTON_PROBES: "0.0.0.0:9098" }, { "signals-allow": "1" });
    expect(settings).toMatchObject({
      listen: [["[::1]:9099", "unix:///run/s.sock"], "file /etc/sexton.yaml"],
      targets: [{ web: { container: "nginx" } }, "file /etc/sexton.yaml"],
      probes: ["0.0.0.0:9098", "env SEXTON_PROBES"],
      "signals.allow": [["SIGHUP"], "flag --signals-allow"],
    });
  });

  test("brings the description of each setting", async () => {
    const settings = explainConfig(await loadConfig({ file: null, env: {}, flags: {}, profiles: ["nginx"] }));
    expect(settings.map(({ description }) => description)).toEqual(configKeys.map(({ description }) => description));
  });
});

test("explainConfig() takes a target called kind for what it is", async () => {
  expect((await explained("targets: {kind: {name: web}}"))["targets"]?.[0]).toEqual({ kind: { name: "web" } });
});
