import type { TomlError } from "smol-toml";
import { type Judgement, nowhere } from "#daemon/validate/text.ts";

/** By what smol-toml 1.9.1 says; what follows that in its messages quotes. */
const reasons: Readonly<Record<string, string>> = {
  "control characters are not allowed in comments": "a control character is not allowed here",
  "control characters are not allowed in strings": "text does not end in its line, or has a control character",
  "each key-value declaration must be followed by an end-of-line": "the end of the line is expected",
  "expected comma or end of structure": "a comma or a closing bracket or brace is expected",
  "expected end of table array declaration": "the name of a table is not closed",
  "illegal character in key": "a key is not well formed, or has no value",
  "illegal character in numeric literal": "a number or date is not well formed",
  "illegal empty bare key": "a key is expected",
  "illegal leading zero": "a number has leading zeros",
  "illegal quoted key: multiline strings are not allowed": "a key goes over more than one line",
  "illegal underscore": "a number is not well formed",
  "incomplete key-value: cannot find end of key": "an equals sign or a closing bracket is expected after a key",
  "invalid date": "a date or time is not well formed",
  "invalid date-time: date part is malformed": "a date or time is not well formed",
  "invalid date-time: time part is malformed": "a date or time is not well formed",
  "invalid escape: only line-ending whitespace may be escaped": "there is no such escape",
  "invalid non-hex character in unicode escape": "an escape is not of a character",
  "invalid unicode escape": "an escape is not of a character",
  "invalid value": "a value is expected: text must be quoted",
  "trying to redefine an already defined table or value": "a key or a table is there twice, or in two ways",
  "trying to redefine an already defined value": "a key is there twice, or in two ways",
  "unexpected end of key": "a key is expected",
  "unfinished array": "an array does not end",
  "unfinished numeric value": "a number is not well formed",
  "unfinished string": "a string does not end",
  "unfinished table": "an inline table does not end",
  "unrecognised escape sequence": "there is no such escape",
};
const tooDeep = "document contains excessively nested structures. aborting.";
const badDate = "invalid date";

/** TOML 1.1, which all of TOML 1.0 is too. Dates that no month has and integers of more than 64 bits are let pass. */
export async function faultOfToml(text: string): Promise<Judgement> {
  const { parse, TomlError } = await import("smol-toml");
  const errorOf = (toml: string): TomlError | null => {
    try {
      parse(toml, { integersAsBigInt: "asNeeded" });
      return null;
    } catch (cause) {
      if (cause instanceof TomlError) return cause;
      throw cause;
    }
  };
  let error = errorOf(text);
  // Leap seconds are TOML (RFC 3339); smol-toml 1.9.1 refuses them.
  if (error && messageOf(error) === badDate) error = errorOf(text.replace(/(:\d\d:)60/g, "$159"));
  if (!error) return null;
  const message = messageOf(error);
  if (message === tooDeep) return { unjudged: "is nested too deep" };
  const place = Number.isInteger(error.line) ? { line: error.line, column: error.column } : nowhere;
  return { ...place, reason: reasons[message] ?? "it is not valid TOML" };
}

function messageOf({ message }: TomlError): string {
  return message.slice(0, message.indexOf("\n\n")).replace(/^Invalid TOML document: /, "");
}
