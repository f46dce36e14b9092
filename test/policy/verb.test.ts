import { describe, expect, test } from "bun:test";
import { isProblem, type Problem } from "#base/errors.ts";
import { profiles } from "#policy/profiles.ts";
import type { Target } from "#policy/target.ts";
import { type Intent, readIntent, verbsOf } from "#policy/verb.ts";
import { podOf } from "../support/processes.ts";

function targetOf(profile: string | null, verbs: Record<string, string> = {}): Target {
  const [process] = podOf({ pid: 17, in: "web" }).processes.slice(-1);
  if (!process) throw new Error("the pod is empty");
  const known = profiles.find(({ name }) => name === profile) ?? null;
  if (profile !== null && !known) throw new Error(`no profile is called ${profile}`);
  return { name: "web", process, container: process.container, profile: known, verbs };
}
const plain = targetOf(null);

function intent(text: string, target = plain): Intent {
  const read = readIntent(text, target);
  if (isProblem(read)) throw new Error(read.detail);
  return read;
}
function refusal(text: string, target = plain): Problem {
  const read = readIntent(text, target);
  if (!isProblem(read)) throw new Error(`read as ${read.signal.name}`);
  return read;
}

describe("readIntent()", () => {
  test.each([
    ["reload", "reload", "SIGHUP", 1],
    ["Reload", "reload", "SIGHUP", 1],
    ["terminate", "terminate", "SIGTERM", 15],
    ["HUP", null, "SIGHUP", 1],
    ["sigusr1", null, "SIGUSR1", 10],
    ["10", null, "SIGUSR1", 10],
    ["RTMIN+3", null, "SIGRTMIN+3", 37],
    ["KILL", null, "SIGKILL", 9],
    ["QUIT", null, "SIGQUIT", 3],
    ["SIGQUIT", null, "SIGQUIT", 3],
    ["sigquit", null, "SIGQUIT", 3],
  ] as const)("reads %s, for an app without a profile, as verb %p and %s", (text, verb, name, number) => {
    expect(intent(text)).toEqual({ verb, signal: { name, number }, objection: null, assumed: verb !== null });
  });

  test.each([
    ["haproxy", "reload", "SIGUSR2"],
    ["httpd", "reload", "SIGUSR1"],
    ["nginx", "reload", "SIGHUP"],
    ["nginx", "reopen-logs", "SIGUSR1"],
    ["nginx", "Reopen-Logs", "SIGUSR1"],
    ["nginx", "quit", "SIGQUIT"],
    ["httpd", "quit", "SIGWINCH"],
    ["nginx", "terminate", "SIGTERM"],
  ])("reads for %s the verb %s as %s", (profile, verb, name) => {
    expect(intent(verb, targetOf(profile))).toMatchObject({
      verb: verb.toLowerCase(),
      signal: { name },
      objection: null,
    });
  });

  test("takes a raw signal for what it is, whatever the profile makes of verbs", () => {
    expect(intent("HUP", targetOf("haproxy"))).toMatchObject({ verb: null, signal: { name: "SIGHUP" } });
    expect(intent("SIGQUIT", targetOf("httpd"))).toMatchObject({ verb: null, signal: { name: "SIGQUIT" } });
    for (const profile of ["haproxy", "httpd", "nats-server", "pgbouncer"]) {
      expect(intent("QUIT", targetOf(profile))).toMatchObject({ verb: null, signal: { name: "SIGQUIT" } });
    }
  });

  test("takes the configuration's verbs before the profile's and the usual ones", () => {
    const target = targetOf("nginx", { reload: "SIGUSR2", drain: "SIGRTMIN+1", quit: "SIGTERM" });
    expect(intent("reload", target).signal.name).toBe("SIGUSR2");
    expect(intent("drain", target)).toMatchObject({ verb: "drain", signal: { number: 35 } });
    expect(intent("quit", target).signal.name).toBe("SIGTERM");
    expect(intent("reload", targetOf("redis", { reload: "SIGUSR1" })).objection).toBeNull();
  });

  test.each(["redis", "envoy"])(
    "objects to the reload of %s with the profile's reason, and keeps the signal",
    (profile) => {
      const { signal, objection } = intent("reload", targetOf(profile));
      expect(signal.name).toBe("SIGHUP");
      expect(objection).toMatch(/no reload signal/);
    },
  );

  test("does not take quit for SIGQUIT where no profile knows the verb", () => {
    const { kind, detail } = refusal("quit");
    expect(kind).toBe("signal-unhandled");
    expect(detail).toContain("targets.web.verbs");
  });

  test.each(["reopen-logs", "dump"])("has no usual signal for %s", (verb) => {
    expect(refusal(verb).kind).toBe("signal-unhandled");
  });

  test("refuses a verb that the app has no signal for with the profile's reason", () => {
    const { kind, detail } = refusal("reopen-logs", targetOf("postgres"));
    expect(kind).toBe("signal-unhandled");
    expect(detail).toContain("pg_rotate_logfile");
  });

  test.each([
    ["relaod", null, "reload"],
    ["HUPP", null, "SIGHUP"],
    ["SIGTERMS", null, "SIGTERM"],
    ["upgrad", "nginx", "upgrade"],
    ["reopen-log", "nginx", "reopen-logs"],
  ])("answers %s (profile %p) with the nearest name, %s", (text, profile, nearest) => {
    const { kind, detail, facts } = refusal(text, targetOf(profile));
    expect(kind).toBe("unknown-signal");
    expect(facts).toEqual({ nearest });
    expect(detail).toContain(`"${text}"`);
    expect(detail).toContain(`Did you mean ${nearest}?`);
  });

  test("offers the configuration's verbs too", () => {
    expect(refusal("drian", targetOf(null, { drain: "SIGUSR1" })).facts).toEqual({ nearest: "drain" });
  });

  test.each(["0", "-1", "65", "", " ", "constructor", "__proto__", "toString", "RTMIN+31"])("refuses %j", (text) => {
    expect(refusal(text).kind).toBe("unknown-signal");
  });
});

describe("verbsOf()", () => {
  test("has the usual verbs for everybody", () => {
    expect(verbsOf(null)).toEqual(["reload", "terminate"]);
    expect(verbsOf(plain)).toEqual(["reload", "terminate"]);
  });

  test("adds the profile's and the configuration's, each once", () => {
    const verbs = verbsOf(targetOf("nginx", { reload: "SIGUSR2", drain: "SIGUSR1" }));
    expect(verbs).toEqual(["reload", "terminate", "reopen-logs", "quit", "upgrade", "drain"]);
  });
});
