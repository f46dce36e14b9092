import { describe, expect, test } from "bun:test";
import { UsageError } from "#base/errors.ts";
import { explainConfig } from "#config/explain.ts";
import { loadConfig } from "#config/load.ts";
import type { HookSettings } from "#process/hook.ts";

const load = (text: string, env = {}) =>
  loadConfig({ file: { path: "/etc/sexton.yaml", text }, env, flags: {}, profiles: [] });
const watch = "watch: [{name: conf, path: /etc/app}]\n";
const hooksOf = async (hook: string) => (await load(`${watch}hooks: {it: ${hook}}`)).config.hooks["it"];

async function refusal(text: string): Promise<string> {
  const outcome = await load(text).catch((error: unknown) => error);
  if (!(outcome instanceof UsageError)) throw new Error(`expected a refusal, found ${Bun.inspect(outcome)}`);
  return outcome.message;
}

const usual = { delayMs: 0, keepMs: 60_000 };
const signal = { kind: "signal", target: null, until: "exited", waitMs: 25_000 } as const;

describe("a hook", () => {
  test.each<[string, HookSettings]>([
    ["{verb: terminate}", { ...usual, action: { ...signal, verb: "terminate" } }],
    ["{verb: TERM, wait: 5s}", { ...usual, action: { ...signal, verb: "TERM", waitMs: 5_000 } }],
    ["{verb: quit, target: web}", { ...usual, action: { ...signal, verb: "quit", target: "web" } }],
    ["{verb: reload}", { ...usual, action: { ...signal, verb: "reload", until: "sent", waitMs: 0 } }],
    [
      "{verb: reload, until: confirmed, wait: 3s}",
      { ...usual, action: { ...signal, verb: "reload", until: "confirmed", waitMs: 3_000 } },
    ],
    [
      "{verb: terminate, until: sent}",
      { ...usual, action: { ...signal, verb: "terminate", until: "sent", waitMs: 0 } },
    ],
    ["{reload: conf, delay: 5s}", { delayMs: 5_000, keepMs: 60_000, action: { kind: "reload", watch: "conf" } }],
    ["{hold: conf, keep: 0s}", { delayMs: 0, keepMs: 0, action: { kind: "hold", watch: "conf", forMs: 600_000 } }],
    ["{hold: conf, for: 1h}", { ...usual, action: { kind: "hold", watch: "conf", forMs: 3_600_000 } }],
  ])("%s", async (hook, expected) => {
    expect(await hooksOf(hook)).toEqual(expected);
  });

  test.each([
    ["{}", "expected one of verb, reload and hold, found none"],
    ["{verb: terminate, reload: conf}", "found verb and reload"],
    ["{reload: conf, target: web}", "expected target beside verb alone"],
    ["{verb: terminate, for: 5m}", "expected for beside hold alone"],
    ["{verb: reload, wait: 5s}", "expected wait beside until: exited or confirmed"],
    ["{verb: Not A Verb}", "a verb such as terminate, or a signal"],
    ["{verb: terminate, wait: 2h}", "0s to 1h"],
    ["{verb: terminate, until: later}", "one of sent, confirmed, exited"],
    ["{verb: terminate, tagret: web}", 'there is no key "tagret" in hooks.it. Did you mean "target"?'],
    ["{reload: cnof}", 'Cannot use hooks.it.reload: there is no watch "cnof"; there are conf.'],
    ["terminate", "expected a hook"],
  ])("%s is refused: %s", async (hook, sentence) => {
    expect(await refusal(`${watch}hooks: {it: ${hook}}`)).toContain(sentence);
  });

  test("has a name that can stand in a path", async () => {
    expect(await refusal("hooks: {'a/b': {verb: terminate}}")).toContain("letters, digits, dots and dashes");
    expect(await refusal("hooks: [terminate]")).toContain("expected a map of hooks");
  });
});

test("hooks and times are shown as they are written", async () => {
  const text = `${watch}shutdown: {delay: 90s}\nhooks: {a: {verb: terminate}, b: {hold: conf}, c: {reload: conf}}`;
  const explained = explainConfig(await load(text));
  const of = (key: string) => explained.find((setting) => setting.key === key)?.value;
  expect(of("shutdown.delay")).toBe("90s");
  expect(of("hooks")).toEqual({
    a: { verb: "terminate", target: null, until: "exited", wait: "25s", delay: "0ms", keep: "1m" },
    b: { hold: "conf", for: "10m", delay: "0ms", keep: "1m" },
    c: { reload: "conf", delay: "0ms", keep: "1m" },
  });
});

test("variables have them too", async () => {
  const env = { SEXTON_HOOKS: "end: {verb: terminate}", SEXTON_SHUTDOWN_DELAY: "0s", SEXTON_POD_RESTART: "true" };
  const { config } = await load("", env);
  expect(config.hooks["end"]?.action).toMatchObject({ verb: "terminate" });
  expect([config.shutdown.delay, config.pod.restart]).toEqual([0, true]);
});
