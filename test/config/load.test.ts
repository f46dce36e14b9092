import { describe, expect, test } from "bun:test";
import { UsageError } from "#base/errors.ts";
import { type ConfigSources, loadConfig } from "#config/load.ts";

const path = "/etc/sexton.yaml";
const load = ({ yaml, env = {}, flags = {} }: { yaml?: string } & Partial<ConfigSources>) =>
  loadConfig({ file: yaml === undefined ? null : { path, text: yaml }, env, flags, profiles: ["nginx", "haproxy"] });

async function refusal(given: Parameters<typeof load>[0]): Promise<string> {
  const outcome = await load(given).catch((error: unknown) => error);
  if (!(outcome instanceof UsageError)) throw new Error(`expected a refusal, found ${Bun.inspect(outcome)}`);
  return outcome.message;
}

describe("loadConfig() takes values from the default, the file, the environment and flags, later ones first", () => {
  const yaml = "log: {level: warn}\n";
  const env = { SEXTON_LOG_LEVEL: "error" };
  const flags = { "log-level": "debug" };

  test.each([
    ["nothing", {}, "info", "default"],
    ["the file", { yaml }, "warn", `file ${path}`],
    ["the file and the environment", { yaml, env }, "error", "env SEXTON_LOG_LEVEL"],
    ["all", { yaml, env, flags }, "debug", "flag --log-level"],
    ["the file and a flag", { yaml, flags }, "debug", "flag --log-level"],
    ["the environment alone", { env }, "error", "env SEXTON_LOG_LEVEL"],
  ] as const)("%s", async (_, given, level, origin) => {
    const { config, origins } = await load(given);
    expect(config.log.level).toBe(level);
    expect(origins.get("log.level")).toBe(origin);
  });

  test("and each setting on its own", async () => {
    const { config, origins } = await load({
      yaml: "log: {level: warn}\napi: {exposeEnviron: true}\n",
      env,
      flags: { "signals-allow": "HUP" },
    });
    expect(config).toMatchObject({
      log: { level: "error" },
      api: { exposeEnviron: true },
      signals: { allow: ["SIGHUP"] },
    });
    expect(Object.fromEntries(origins)).toEqual({
      listen: "default",
      probes: "default",
      targetContainer: "default",
      podPidsLimit: "default",
      targets: "default",
      "signals.allow": "flag --signals-allow",
      "api.exposeEnviron": `file ${path}`,
      "log.level": "env SEXTON_LOG_LEVEL",
      "watch.tick": "default",
      "watch.watches": "default",
      "zombies.minAge": "default",
      "zombies.remedy": "default",
      "events.maxEvents": "default",
      "events.maxBytes": "default",
      "auth.tokensFile": "default",
      "auth.clientRole": "default",
      "tls.certFile": "default",
      "tls.keyFile": "default",
      "tls.clientCaFile": "default",
      "socket.mode": "default",
      "socket.uids": "default",
      allowedHosts: "default",
      "limits.requests": "default",
      "limits.streams": "default",
      "limits.mutations": "default",
      tokenFile: "default",
      position: "default",
      "node.podLogs": "default",
      "node.kubelet": "default",
      "node.tokenFile": "default",
      "node.caFile": "default",
      "signals.minSpacing": "default",
      "shutdown.delay": "default",
      "shutdown.exitWithApp": "default",
      hooks: "default",
      "pod.restart": "default",
      "api.redactArgs": "default",
      "metrics.perProcess": "default",
      "metrics.top": "default",
      "telemetry.commandLine": "default",
    });
  });
});

describe("loadConfig() reads", () => {
  test.each(["", "# only a comment\n", "{}", "---\n"])("an empty file: %j", async (yaml) => {
    expect((await load({ yaml })).config.log.level).toBe("info");
  });

  test("JSON, which is YAML", async () => {
    expect((await load({ yaml: '{"log": {"level": "error"}}' })).config.log.level).toBe("error");
  });

  test("one address, a list of them, and several with commas between them", async () => {
    const ports = async (given: Parameters<typeof load>[0]) =>
      (await load(given)).config.listen.map((listen) => (listen.kind === "tcp" ? listen.port : listen.path));
    expect(await ports({ yaml: "listen: localhost:1" })).toEqual([1]);
    expect(await ports({ yaml: "listen: [localhost:1, 'unix:///run/s.sock']" })).toEqual([1, "/run/s.sock"]);
    expect(await ports({ env: { SEXTON_LISTEN: "localhost:1, localhost:2" } })).toEqual([1, 2]);
    expect(await ports({ flags: { listen: "localhost:3,unix:///run/s.sock" } })).toEqual([3, "/run/s.sock"]);
  });

  test("signals by name and number, as a list and with commas between them", async () => {
    const allowed = async (given: Parameters<typeof load>[0]) => (await load(given)).config.signals.allow as string[];
    expect(await allowed({ yaml: "signals: {allow: [HUP, 15, RTMIN+1]}" })).toEqual([
      "SIGHUP",
      "SIGTERM",
      "SIGRTMIN+1",
    ]);
    expect(await allowed({ env: { SEXTON_SIGNALS_ALLOW: "hup, 15" } })).toEqual(["SIGHUP", "SIGTERM"]);
  });

  test.each([
    ["true", true],
    ["false", false],
    ["", true],
  ])("a switch given as %j", async (text, value) => {
    expect((await load({ flags: { "api-expose-environ": text } })).config.api.exposeEnviron).toBe(value);
  });

  test.each(["{web: {container: nginx, verbs: {drain: USR1}}}", '{"web":{"container":"nginx","verbs":{"drain":10}}}'])(
    "a map of targets from the environment: %s",
    async (text) => {
      const { config, origins } = await load({ env: { SEXTON_TARGETS: text }, yaml: "targets: {old: {name: x}}" });
      expect(config.targets).toEqual({ web: { container: "nginx", verbs: { drain: "SIGUSR1" } } });
      expect(origins.get("targets")).toBe("env SEXTON_TARGETS");
    },
  );

  test("an environment of other programs and of Kubernetes without a word", async () => {
    const env = {
      PATH: "/bin",
      SEXTONS: "1",
      SEXTON_CONFIG: "/etc/sexton.yaml",
      SEXTON_SERVICE_HOST: "10.0.0.1",
      SEXTON_SERVICE_PORT: "9099",
      SEXTON_SERVICE_PORT_HTTP: "9099",
      SEXTON_PORT: "tcp://10.0.0.1:9099",
      SEXTON_PORT_9099_TCP: "tcp://10.0.0.1:9099",
      SEXTON_PORT_9099_TCP_PROTO: "tcp",
      SEXTON_PORT_9099_TCP_PORT: "9099",
      SEXTON_PORT_9099_TCP_ADDR: "10.0.0.1",
      SEXTON_METRICS_SERVICE_HOST: "10.0.0.2",
    };
    expect((await load({ env })).config).toEqual((await load({})).config);
  });
});

describe("loadConfig() refuses", () => {
  test.each([
    ["an unknown key, with the nearest", { yaml: "listne: localhost:1" }, ['"listne"', '"listen"', path]],
    ["an unknown key of a group", { yaml: "signals: {alow: [HUP]}" }, ['"alow"', "signals", '"allow"']],
    [
      "an unknown key of a target",
      { yaml: "targets: {web: {containr: x}}" },
      ['"containr"', "targets.web", '"container"'],
    ],
    [
      "an unknown variable, with the nearest",
      { env: { SEXTON_LOGLEVEL: "warn" } },
      ["SEXTON_LOGLEVEL", "SEXTON_LOG_LEVEL"],
    ],
    ["a value from the file", { yaml: "log: {level: loud}" }, ["log.level", path]],
    ["a value from a variable", { env: { SEXTON_LOG_LEVEL: "loud" } }, ["log.level", "env SEXTON_LOG_LEVEL"]],
    ["a value from a flag", { flags: { listen: "nowhere" } }, ["listen", "flag --listen", '"nowhere"', "host:port"]],
    ["a signal that there is none of", { flags: { "signals-allow": "HUP,NOPE" } }, ["signals.allow", '"NOPE"']],
    ["a target without a condition", { yaml: "targets: {web: {}}" }, ["targets.web", "at least one of"]],
    ["a broken expression", { yaml: "targets: {web: {args: '('}}" }, ["targets.web.args", "regular expression"]],
    ["a map that is none", { env: { SEXTON_TARGETS: "{web: [" } }, ["env SEXTON_TARGETS"]],
    ["broken YAML", { yaml: "log: {level: warn" }, ["Cannot read configuration", path]],
    ["a key that is there twice", { yaml: "probes: null\nprobes: null" }, ["Cannot read configuration", path]],
    ["a list for a file", { yaml: "- listen" }, [path, "expected keys and values"]],
    ["a text for a file", { yaml: "listen" }, [path, "expected keys and values"]],
    ["a text for a group", { yaml: "log: warn" }, ["log", path]],
    ["a text for a group, although a flag is right", { yaml: "log: warn", flags: { "log-level": "warn" } }, ["log"]],
    ["a null for a value", { yaml: "log: {level: null}" }, ["log.level"]],
  ])("%s", async (_, given, parts) => {
    const message = await refusal(given);
    for (const part of parts) expect(message).toContain(part);
    expect(message).toMatch(/^Cannot [^\n]+$/);
  });

  test("no file that sets a value which a flag then replaces with a good one", async () => {
    expect((await load({ yaml: "log: {level: loud}", flags: { "log-level": "warn" } })).config.log.level).toBe("warn");
  });

  test("nothing by changing what it was given", async () => {
    const env = Object.freeze({ SEXTON_LOG_LEVEL: "warn" });
    const flags = Object.freeze({ "api-expose-environ": "true" });
    expect((await load({ env, flags })).config.api.exposeEnviron).toBe(true);
  });
});

describe("loadConfig() answers with a sentence", () => {
  test("an alias that leads nowhere", async () => {
    expect(await refusal({ yaml: "targets: *nowhere\n" })).toStartWith(`Cannot read configuration ${path}: `);
  });

  test("a profile that is not known, with the nearest", async () => {
    expect(await refusal({ yaml: "targets: {app: {profile: ngnix}}" })).toBe(
      'Cannot use targets.app.profile: there is no profile "ngnix". Did you mean "nginx"?',
    );
  });

  test("a verb that is the name of a signal, which could then not be told from it", async () => {
    expect(await refusal({ yaml: "targets: {app: {name: x, verbs: {hup: USR1}}}" })).toContain("expected a verb");
  });
});
