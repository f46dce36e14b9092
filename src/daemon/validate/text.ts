import { isUtf8 } from "node:buffer";
import type { Rejection } from "#process/reload.ts";

/** What is wrong with a file, and where in it. */
export type Fault = Omit<Rejection, "file">;

/** Why it cannot be said whether something is: a verb and what follows, after the name of the file. */
export interface Unjudged {
  readonly unjudged: string;
}

/** Null: it is well formed. */
export type Judgement = Fault | Unjudged | null;

export const nowhere = { line: null, column: null } as const;

const lineFeed = 0x0a;

/** The text of a file, a byte order mark included; or where it stops being UTF-8. */
export function decodeText(bytes: Uint8Array): string | Fault {
  if (isUtf8(bytes)) return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  // A longer beginning of what is not UTF-8 is not either, so that the place can be had by halving.
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (mayBeUtf8(bytes, middle)) good = middle;
    else bad = middle;
  }
  let line = 1;
  let begin = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0 && at < good; at = bytes.indexOf(lineFeed, at + 1)) {
    line++;
    begin = at + 1;
  }
  const before = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(begin, good), { stream: true });
  return { line, column: before.length + 1, reason: "it is not UTF-8" };
}

/** The line and column of a character, both from 1. */
export function placeOf(text: string, offset: number): Pick<Fault, "line" | "column"> {
  let line = 1;
  let begin = 0;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) {
    line++;
    begin = at + 1;
  }
  return { line, column: Math.min(offset, text.length) - begin + 1 };
}

/** Its last character may be cut. */
function mayBeUtf8(bytes: Uint8Array, length: number): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(0, length), { stream: true });
    return true;
  } catch {
    return false;
  }
}
