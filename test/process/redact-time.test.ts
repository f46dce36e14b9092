import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { redactArgs } from "#process/redact.ts";
import { flagsOf } from "#process/redact-flags.ts";

/** What is read of a command line at most; whoever runs in the pod writes it, and the event loop waits for it. */
const longest = 32 * 1024;
/** In milliseconds: what is linear takes 2 to 20, what is quadratic takes hundreds. */
const limit = 100;

/** The fastest of five, since a busy machine makes some of them slow, and nothing makes what is quadratic fast. */
function fastest(args: readonly string[]): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5 && best >= limit; run++) {
    const startedAt = performance.now();
    redactArgs([...args]);
    best = Math.min(best, performance.now() - startedAt);
  }
  return best;
}

const folder = join(import.meta.dir, "../../src/process");
const source = readdirSync(folder)
  .filter((name) => name.startsWith("redact"))
  .map((name) => readFileSync(join(folder, name), "utf8"))
  .join("\n")
  .replace(/\/\*[\s\S]*?\*\/|\/\/ .*/g, "");
/** Every word that the module looks for, and those of its code, which do no harm. */
const words = [...new Set(source.match(/[A-Za-z][A-Za-z_-]*/g))];
/** What stands between words, opens, closes and escapes. */
const marks = [..."\"'`\\=:@/-._,;|&()[]{}<>$%#?+*~! \t\n\r0aA"];
const joined = [
  "://",
  '\\"',
  "\\\\'",
  "${",
  "{{",
  "=a:b",
  "a:b@",
  'a="',
  "a='",
  "a:",
  'a:"',
  'a: "',
  "a = ",
  "a.",
  "a@",
];
const shapes = ["eyJ-", "eyJa.", "SG.a-", "x-key-", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "-----END ", "key\\"];
/** What brings a text to where the others count. */
const heads = [
  ...["key", "key=", 'key="', "key: ", "key: '", '\\"key\\":\\"', "x://a:", "cookie:", "pass:", "--basic-auth="],
  ...["--password ", "docker ", "docker login ", "curl ", "curl -u ", "htpasswd -b ", "mysql ", "sh -c key "],
];
const tail = "x@!";
/** One program of each kind, with its flags and some that any program may have. */
const programs = [...new Map(Object.entries(flagsOf).map(([program, own]) => [own, program])).values()].map(
  (program) => {
    const { separate = [], attached = [], user = [] } = flagsOf[program] ?? {};
    const own = [...separate, ...attached, ...user.flatMap((one) => one.flags)];
    return [program, [...new Set([...own, "-a", "-pa", "--user"])]] as const;
  },
);

/** Those that take too long: as one argument, and as many where there are blanks. */
function slow(head: string, unit: string): object[] {
  const text = `${head}${unit.repeat(Math.ceil((longest - head.length) / unit.length))}${tail}`;
  const forms = / /.test(text) ? [["app", text], text.split(" ")] : [["app", text]];
  return forms
    .map((args) => ({ head, unit, args: args.length, ms: Math.round(fastest(args)) }))
    .filter(({ ms }) => ms >= limit);
}

describe("32 KiB that somebody has thought of take redactArgs() no time", () => {
  test("there is something to try", () => {
    expect(words).toContain("passphrase");
    expect(words).toContain("webhooks");
    expect(words.length).toBeGreaterThan(300);
    expect(programs.length).toBeGreaterThan(20);
  });

  test.each(heads)("behind %p, any mark again and again", (head) => {
    const asWords = head.includes(" ") ? marks.map((mark) => `${mark} `) : [];
    expect([...marks, ...joined, ...shapes, ...asWords].flatMap((unit) => slow(head, unit))).toEqual([]);
  });

  test.each(["", ' "'])("any word of the module with %p behind it", (mark) => {
    expect(words.flatMap((word) => slow("key ", `${word}${mark}`))).toEqual([]);
  });

  test.each(programs)("any flag behind %s", (program, flags) => {
    expect(flags.flatMap((flag) => slow(`${program} key `, `${flag} `))).toEqual([]);
  });
});
