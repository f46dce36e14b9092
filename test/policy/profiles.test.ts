import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { matchesProfile, type Profile } from "#policy/profile.ts";
import { profiles } from "#policy/profiles.ts";
import { standardSignals } from "#process/signal.ts";
import { type Sample, samples, strangers } from "./profile-samples.ts";

const lineOf = (sample: Sample) => sample.split("|")[2] ?? "";
const profileOf = (sample: Sample, hidden = false) => {
  const [exe, name = ""] = sample.split("|");
  const facts = { args: lineOf(sample).split(" "), exe: hidden ? null : `/somewhere/bin/${exe}` };
  const process = {
    name,
    facts: {
      ...facts,
      argsTruncated: false,
      argsPadded: false,
      uid: null,
      gid: null,
      cgroup: null,
      containerId: null,
      denied: [],
    },
  };
  return profiles.find((profile) => matchesProfile(profile, process))?.name ?? null;
};
const profileNamed = (name: string): Profile => {
  const found = profiles.find((profile) => profile.name === name);
  if (!found) throw new Error(`No profile is called ${name}`);
  return found;
};
const patternsOf = ({ match, master, proof }: Profile) =>
  [match.program, match.commandLine, master, proof?.workers?.title, proof?.workers?.leaving].flatMap((pattern) =>
    pattern ? [pattern] : [],
  );
const noneOf = ({ verbs }: Profile) =>
  Object.values(verbs).flatMap((verb) => (typeof verb === "string" ? [] : [verb.none]));

describe.each(Object.entries(samples))("profile %s", (name, { masters, workers = [] }) => {
  const { master } = profileNamed(name);

  test.each([...masters, ...workers])("knows %s", (sample) => {
    expect(profileOf(sample)).toBe(name);
  });
  test.each(masters)("knows %s where the executable is hidden", (sample) => {
    expect(profileOf(sample, true)).toBe(name);
  });
  test.each(masters)("takes for the master: %s", (sample) => {
    expect(master?.test(lineOf(sample)) ?? true).toBe(true);
  });
  test.each(master ? workers : [])("takes for a worker: %s", (sample) => {
    expect(master?.test(lineOf(sample))).toBe(false);
  });
});

test.each(strangers)("no profile takes %s", (sample) => {
  expect([profileOf(sample), profileOf(sample, true)]).toEqual([null, null]);
});

describe("profiles", () => {
  test("every file of the folder is listed, under its own name", () => {
    const files = readdirSync(`${import.meta.dir}/../../src/policy/profiles`).map((file) => file.replace(/\.ts$/, ""));
    expect(profiles.map(({ name }) => name).sort()).toEqual(files.sort());
  });

  test("no two have the same name", () => {
    expect(new Set(profiles.map(({ name }) => name)).size).toBe(profiles.length);
  });

  test("every profile has samples", () => {
    expect(profiles.map(({ name }) => name).filter((name) => samples[name] === undefined)).toEqual([]);
  });

  test("verbs are lower case words, none of them a signal's name", () => {
    const verbs = profiles.flatMap((profile) => Object.keys(profile.verbs));
    const signals = standardSignals.map((signal) => signal.slice("SIG".length).toLowerCase());
    expect(verbs.filter((verb) => !/^[a-z]+(-[a-z]+)*$/.test(verb))).toEqual([]);
    expect(verbs.filter((verb) => verb !== "quit" && signals.includes(verb))).toEqual([]);
  });

  test("a missing signal is explained in one sentence that names another way", () => {
    for (const none of profiles.flatMap(noneOf)) expect(none).toMatch(/^[A-Z].{50,}[^.]\.$/);
  });

  test("no pattern keeps state between tests", () => {
    expect(profiles.flatMap(patternsOf).filter(({ global, sticky }) => global || sticky)).toEqual([]);
  });

  test("no pattern takes long over a hostile command line", () => {
    const parts = ["python -", "ruby -x ", "/", "a/", "gunicorn", "puma", "fluentd ", " -E", "bundle exec ", "sshd: ["];
    const lines = parts.map((part) => `${part.repeat(4096)}!`);
    const started = performance.now();
    for (const profile of profiles)
      for (const line of [
        ...lines,
        ...lines.map((tail) => `ruby -E${tail}`),
        ...lines.map((tail) => `fluentd ${tail}`),
      ])
        for (const pattern of patternsOf(profile)) pattern.test(line);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
