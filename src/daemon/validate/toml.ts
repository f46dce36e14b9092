import { createPace } from "#daemon/validate/pace.ts";
import { type Fault, placeOf } from "#daemon/validate/text.ts";

/** By how the parser's messages begin (Bun 1.4.5): what follows quotes. The first that fits. */
const reasons: readonly (readonly [beginning: string, reason: string])[] = [
  ["Cannot redefine key", "a key is there twice"],
  ["Cannot redefine table", "a table is there twice"],
  ["Cannot redefine", "a table or an array is there in two ways"],
  ["Cannot extend", "a table or an array is extended that is complete"],
  ["Strings must be quoted", "text must be quoted"],
  ["Unterminated string", "a string does not end"],
  ["Unterminated inline table", "an inline table does not end"],
  ["Unterminated array", "an array does not end"],
  ["Too many quotes", "a multi-line string has too many quotes at its end"],
  ["Control character", "a control character is not allowed here"],
  ["Bare carriage return", "a carriage return is not before a line feed"],
  ["Invalid escape", "there is no such escape"],
  ["Unterminated escape", "an escape does not end"],
  ["Escaped code point", "an escape is not of a character"],
  ["Invalid date", "a date or time is not well formed"],
  ["Invalid time", "a date or time is not well formed"],
  ["Leading zeros", "a number has leading zeros"],
  ["Integer is outside", "an integer is outside of 64 bits"],
  ["Underscores", "a number is not well formed"],
  ["A sign", "a number is not well formed"],
  ["A decimal point", "a number is not well formed"],
  ["An exponent", "a number is not well formed"],
  ["Invalid digit", "a number is not well formed"],
  ["Expected at least one digit", "a number is not well formed"],
  ["Expected a number", "a number is not well formed"],
  ["Missing value", "a value is missing"],
  ["Expected a value", "a value is expected"],
  ["Expected a key", "a key is expected"],
  ["Expected '='", "an equals sign is expected after a key"],
  ["Expected a newline", "the end of the line is expected"],
  ["Unexpected character after a value", "something follows a value"],
  ["Expected ']", "the name of a table is not closed"],
  ["Expected ',' or ']'", "a comma or a closing bracket is expected"],
  ["Expected ',' or '}'", "a comma or a closing brace is expected"],
];
const unknownReason = "it is not valid TOML";

/** The parser goes through a table's keys for each new one; this many steps take it half a second (Bun 1.4.5). */
const mostSteps = 200_000_000;
/** For finding the line, which takes a parse for each halving. */
const searchMs = 1_000;

/**
 * TOML 1.0 by Bun's own parser, which reads and runs nothing. It does not tell where it stopped (Bun 1.4.5), so the line is
 * that of the shortest beginning that it refuses for the same reason.
 */
export async function faultOfToml(whole: string, abort: AbortSignal): Promise<Fault | null> {
  if (stepsFor(whole) > mostSteps) return { ...nowhere, reason: "a table has too many keys for it to be looked at" };
  const first = messageOf(whole);
  // 64-bit integers are TOML; the parser refuses those that it cannot give as JavaScript's numbers.
  const text = first?.startsWith(notLossless) ? withoutLongIntegers(whole) : whole;
  const message = text === whole ? first : messageOf(text);
  if (message === null) return null;
  if (message === tooDeep) return { ...nowhere, reason: "it is nested too deep" };
  const reason = reasons.find(([beginning]) => message.startsWith(beginning))?.[1] ?? unknownReason;
  return { line: await lineOf(text, message, abort), column: null, reason };
}

const nowhere = { line: null, column: null } as const;
const notLossless = "Integer cannot be losslessly represented";
const tooDeep = "too deep";

/** What the parser says; null: it is content. */
function messageOf(text: string): string | null {
  try {
    Bun.TOML.parse(text);
    return null;
  } catch (cause) {
    return cause instanceof RangeError ? tooDeep : (cause as Error).message.replace(/^TOML Parse error: /, "");
  }
}

async function lineOf(text: string, message: string, abort: AbortSignal): Promise<number | null> {
  const pace = createPace(abort);
  const giveUpAt = performance.now() + searchMs;
  // Both are where a line begins, or the end.
  let [good, bad] = [0, text.length];
  for (;;) {
    await pace();
    if (performance.now() > giveUpAt) return null;
    const middle = lineWithin(text, good, bad);
    if (middle === null) return placeOf(text, good).line;
    if (messageOf(text.slice(0, middle)) === message) bad = middle;
    else good = middle;
  }
}

/** Where a line begins in between, near the middle; null: it is one line. */
function lineWithin(text: string, from: number, to: number): number | null {
  const middle = (from + to) >>> 1;
  const after = text.indexOf("\n", middle) + 1;
  if (after > from && after < to) return after;
  const before = middle === 0 ? 0 : text.lastIndexOf("\n", middle - 1) + 1;
  return before > from && before < to ? before : null;
}

/** At most so many comparisons of keys: of each table with its own, and of the tables with each other. */
function stepsFor(text: string): number {
  const names = new Set<string>();
  let steps = 0;
  let keys = 0;
  for (const [found] of text.matchAll(/^[ \t]*\[.*$|=/gm)) {
    if (found === "=") {
      keys++;
      continue;
    }
    steps += keys ** 2;
    keys = 0;
    names.add(found);
  }
  return steps + keys ** 2 + names.size ** 2;
}

/** Values that have 64 bits as shorter ones, where a value is. What is like one within a string may change as well. */
function withoutLongIntegers(text: string): string {
  const integer = /([=[,][ \t]*|^[ \t]*)([+-]?)(\d[\d_]{15,}|0[xob][\da-fA-F_]{14,})(?=[ \t]*(?:[,\]}#\r\n]|$))/gm;
  return text.replace(integer, (found, before: string, sign: string, digits: string) => {
    const value = integerOf(digits);
    const fits = value !== null && value < 2n ** 63n + (sign === "-" ? 1n : 0n);
    return fits ? before + "1".padEnd(found.length - before.length) : found;
  });
}

function integerOf(digits: string): bigint | null {
  // One that is longer is none of 64 bits, and takes long to read.
  if (digits.length > 80 || /^0\d|__|_$/.test(digits)) return null;
  try {
    return BigInt(digits.replaceAll("_", ""));
  } catch {
    return null;
  }
}
