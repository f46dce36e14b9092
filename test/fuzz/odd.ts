import type { Random } from "./random.ts";
import { encode, type Values } from "./values.ts";

/** The same path in another spelling, or another path that looks like it. */
export function oddPath(random: Random, values: Values, path: string): string {
  const at = random.below(path.length);
  return random.weighted([
    [2, () => `${path}/`],
    [2, () => `/${path}`],
    [2, () => path.replace("/", "/./")],
    [2, () => `/x/..${path}`],
    [1, () => `/%2e%2e${path}`],
    [1, () => path.replaceAll("/", "\\")],
    [1, () => path.replace("/", "/%2f")],
    [2, () => path.toUpperCase()],
    [2, () => `${path};a=b`],
    [1, () => `${path}#part`],
    [1, () => "*"],
    [2, () => `http://localhost${path}`],
    [1, () => `http://evil.example${path}`],
    [1, () => path.slice(1)],
    [2, () => path.slice(0, at) + path.slice(at + 1)],
    [2, () => path.slice(0, at) + encode(random, values.text(random)) + path.slice(at)],
    // Every letter as its code.
    [2, () => path.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)],
    [1, () => `${path}/${"a".repeat(random.pick([10, 3_000]))}`],
    [1, () => `${path}/${"../".repeat(30)}livez`],
    [1, () => `/${encode(random, values.text(random))}`],
    [1, () => `${path}\xc3\xa9`],
  ]);
}

/** A query that has what none should have. */
export function oddQuery(
  random: Random,
  values: Values,
  pairs: readonly [string, string | null][],
): [string, string | null][] {
  const [first] = pairs;
  const value = () => encode(random, values.text(random));
  return random.weighted<[string, string | null][]>([
    // Twice the same.
    [
      3,
      () =>
        first
          ? [...pairs, [first[0], random.chance(0.5) ? first[1] : value()]]
          : [
              ["pretty", null],
              ["pretty", "1"],
            ],
    ],
    [2, () => [...pairs, ["dryRun", "true"], ["dryRun", "false"]]],
    [2, () => [...pairs, [value().replaceAll("=", ""), value()]]],
    [2, () => pairs.map(([name, given]) => [name.toUpperCase(), given])],
    [1, () => [...pairs, ["dryrun", "true"]]],
    [1, () => [...pairs, ["%64ryRun", "true"]]],
    [1, () => pairs.map(([name, given]) => [`${name}[]`, given])],
    [1, () => [...pairs, ["", ""], ["", null]]],
    [1, () => [...pairs, ["a&&b", "=="]]],
    [1, () => [...pairs, ["x".repeat(2_000), "1"]]],
    [1, () => [...pairs, ["pretty", "true"]]],
    [1, () => [...pairs, ["__proto__", "1"], ["constructor", "1"]]],
  ]);
}
