import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createConfigSchema, formatListen, parseListen } from "#config/schema.ts";

describe("parseListen()", () => {
  test.each([
    ["127.0.0.1:9099", { kind: "tcp", hostname: "127.0.0.1", port: 9099 }],
    ["0.0.0.0:9098", { kind: "tcp", hostname: "0.0.0.0", port: 9098 }],
    ["localhost:0", { kind: "tcp", hostname: "localhost", port: 0 }],
    ["[::1]:65535", { kind: "tcp", hostname: "::1", port: 65_535 }],
    ["[::ffff:127.0.0.1]:80", { kind: "tcp", hostname: "::ffff:127.0.0.1", port: 80 }],
    ["unix:///run/sexton.sock", { kind: "unix", path: "/run/sexton.sock" }],
  ] as const)("reads %s", (text, listen) => {
    expect(parseListen(text)).toEqual(listen);
  });

  test.each([
    ...["", "9099", ":9099", "localhost", "localhost:", "localhost:65536", "localhost:99999", "localhost:123456"],
    ...["localhost:-1", "localhost:http", "::1:9099", "[::1]", "a b:80", "http://localhost:80", "localhost:80/"],
    ...["unix://", "unix:///", "unix://relative.sock", "unix:/run/a.sock", "/run/a.sock", " localhost:80"],
  ])("refuses %j", (text) => {
    expect(parseListen(text)).toBeNull();
  });

  test("reads back what formatListen() writes", () => {
    const text = fc.oneof(
      fc
        .tuple(fc.constantFrom("127.0.0.1", "localhost", "[::1]"), fc.nat({ max: 65_535 }))
        .map((parts) => parts.join(":")),
      fc.stringMatching(/^[a-z/.]{1,20}$/).map((path) => `unix:///${path}`),
    );
    fc.assert(
      fc.property(text, (text) => {
        const listen = parseListen(text);
        expect(listen && formatListen(listen)).toBe(text);
      }),
    );
  });
});

const { config: configSchema } = createConfigSchema();

describe("createConfigSchema()", () => {
  test("has a default for everything that must have a value", () => {
    expect(configSchema.parse({})).toEqual({
      listen: [{ kind: "tcp", hostname: "127.0.0.1", port: 9099 }],
      probes: null,
      targets: {},
      auth: { tokensFile: null, clientRole: "operate" },
      tls: { certFile: null, keyFile: null, clientCaFile: null },
      socket: { mode: "0600" },
      allowedHosts: [],
      limits: { requests: 256, streams: 1_000, mutations: 500 },
      tokenFile: null,
      position: "auto",
      node: { podLogs: "/var/log/pods", kubelet: null, tokenFile: null, caFile: null },
      signals: { minSpacing: 0 },
      api: { exposeEnviron: false, redactArgs: true },
      log: { level: "info" },
      zombies: { minAge: 10_000, remedy: "report" },
      watch: { tick: 20, watches: [] },
      shutdown: { delay: 25_000, exitWithApp: false },
      hooks: {},
      pod: { restart: false },
      events: { maxEvents: 10_000, maxBytes: 8_388_608 },
      metrics: { perProcess: "top", top: 50 },
      telemetry: { commandLine: false },
    });
  });

  test("reads a whole number as the text that variables and flags have", () => {
    expect(configSchema.parse({ podPidsLimit: "200" }).podPidsLimit).toBe(200);
    for (const podPidsLimit of ["-1", "0", "max", 4_194_305]) {
      expect(configSchema.safeParse({ podPidsLimit }).success).toBe(false);
    }
    expect(configSchema.parse({ events: { maxEvents: "50" } }).events.maxEvents).toBe(50);
    for (const maxEvents of ["0", "1.5", "many", "", -1, 2_000_000])
      expect(configSchema.safeParse({ events: { maxEvents } }).success).toBe(false);
  });

  test("takes a choice of processes for the metrics, and how many at the top", () => {
    for (const perProcess of ["off", "top", "all"] as const)
      expect(configSchema.parse({ metrics: { perProcess } }).metrics).toEqual({ perProcess, top: 50 });
    expect(configSchema.parse({ metrics: { top: "10" } }).metrics.top).toBe(10);
    for (const metrics of [{ perProcess: "some" }, { perProcess: false }, { top: 0 }, { top: 10_001 }, { limit: 5 }])
      expect(configSchema.safeParse({ metrics }).success).toBe(false);
  });

  test("takes a tick between 5 ms and 1 s", () => {
    expect(configSchema.parse({ watch: { tick: "5ms" } }).watch.tick).toBe(5);
    expect(configSchema.parse({ watch: { tick: "1s" } }).watch.tick).toBe(1_000);
    for (const tick of ["4ms", "2s", "soon", 20])
      expect(configSchema.safeParse({ watch: { tick } }).success).toBe(false);
  });

  test.each([
    ["a number", 1, "SIGHUP"],
    ["a name", "hup", "SIGHUP"],
    ["a real-time signal", "RTMIN+3", "SIGRTMIN+3"],
  ])("normalises a signal given as %s", (_, given, name) => {
    expect(configSchema.parse({ signals: { allow: [given] } }).signals.allow as string[]).toEqual([name]);
    const targets = { web: { container: "web", verbs: { drain: given } } };
    expect(configSchema.parse({ targets }).targets["web"]?.verbs?.["drain"] as string).toBe(name);
  });

  test.each([
    ["a signal that there is none of", { signals: { allow: ["SIGNOPE"] } }],
    ["signal 0", { signals: { allow: [0] } }],
    ["a target that says nothing", { targets: { web: {} } }],
    ["a target's name with a slash", { targets: { "a/b": { name: "x" } } }],
    ["a target's name that starts with a dash", { targets: { "-a": { name: "x" } } }],
    ["a broken regular expression", { targets: { web: { args: "(" } } }],
    [
      "a verb in capitals, which would be read as a signal",
      { targets: { web: { name: "x", verbs: { USR1: "HUP" } } } },
    ],
    ["no address", { listen: [] }],
    ["a level that there is none of", { log: { level: "loud" } }],
    ["a word for a switch", { api: { exposeEnviron: "yes" } }],
    ["an unknown key", { listne: ["localhost:1"] }],
  ])("refuses %s", (_, given) => {
    expect(configSchema.safeParse(given).success).toBe(false);
  });
});
