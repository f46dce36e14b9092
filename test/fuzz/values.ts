import fc from "fast-check";
import type { Random } from "./random.ts";

/** Odd values, made once from the seed; texts as UTF-8 bytes in latin1. */
export interface Values {
  /** Anything. */
  text(random: Random): string;
  number(random: Random): string;
  json(random: Random): unknown;
}

const bytesOf = (text: string) => Buffer.from(text).toString("latin1");

const edges = [
  "-1",
  "0",
  "1",
  "00",
  "+1",
  "1.5",
  "-0",
  "1e3",
  "0x10",
  "NaN",
  "Infinity",
  "2147483647",
  "2147483648",
  "4194304",
  "4194305",
  "4294967296",
  "9007199254740993",
  "18446744073709551616",
  "99999999999999999999999999",
  "١٢",
  "１７",
  " 1",
  "1 ",
  "1_000",
];

const oddities = [
  "",
  " ",
  "null",
  "undefined",
  "true",
  "TRUE",
  "false",
  "[]",
  "{}",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "..",
  "../../etc/passwd",
  "/",
  "\\",
  "*",
  "a\0b",
  "\r\nX-Injected: 1",
  "\u202egnp.exe",
  "\ud800",
  "ſighup",
  "SIGHUP\0",
  "😀",
  "<script>alert(1)</script>",
  "' OR 1=1 --",
  "$(id)",
  "%s%n",
  "ＨＵＰ",
  "a".repeat(300),
  "9".repeat(2_000),
  "é".repeat(100),
];

export function createValues(seed: number): Values {
  const made = { seed, numRuns: 400 };
  const strings = [
    ...fc.sample(fc.string({ unit: "binary", maxLength: 40 }), made),
    ...fc.sample(fc.string({ unit: "grapheme-composite", maxLength: 20 }), made),
  ].map(bytesOf);
  const values = fc.sample(fc.jsonValue({ maxDepth: 3 }), made);
  return {
    text: (random) =>
      random.weighted([
        [3, () => bytesOf(random.pick(oddities))],
        [2, () => random.pick(strings)],
        [1, () => random.pick(edges)],
        // No UTF-8: overlong, cut, surrogates, no such byte.
        [1, () => random.pick(["\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xff\xfe", "a\x80b", random.bytes(6)])],
      ]),
    number: (random) => bytesOf(random.pick(edges)),
    json: (random) => random.pick(values),
  };
}

/** Percent-encodes bytes for a segment or a query: as it should be, or in a way that is odd and right, or wrong. */
export function encode(random: Random, bytes: string): string {
  const one = (byte: string) => `%${byte.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`;
  const usual = bytes.replace(/[^A-Za-z0-9_.~-]/g, one);
  return random.weighted([
    [20, () => usual],
    [2, () => bytes.replace(/[\0-\xff]/g, one)],
    [2, () => usual.replace(/%[0-9A-F]{2}/g, (found) => found.toLowerCase())],
    [1, () => usual.replaceAll("%", "%25")],
    [1, () => `${usual}%`],
    [1, () => `${usual}%zz`],
    [1, () => `${usual}%00`],
    [1, () => `${usual}%c0%af`],
    [1, () => `${usual}%ff`],
    // What may stand there as it is; a blank would end the target.
    [2, () => bytes.replace(/[^\x21\x22\x24\x27-\x3a\x3c\x3e\x40-\x7e]/g, one)],
  ]);
}
