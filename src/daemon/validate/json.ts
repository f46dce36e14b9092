import { type Fault, type Judgement, nowhere, placeOf } from "#daemon/validate/text.ts";

/** By jsonc-parser's names of errors. Whatever it says beside them is not asked for: it may quote. */
const reasons: Readonly<Record<string, string>> = {
  InvalidSymbol: "a word that JSON does not have: names and text need double quotes",
  InvalidNumberFormat: "a number is not written as JSON has it",
  PropertyNameExpected: "the name of a property in double quotes is expected",
  ValueExpected: "a value is expected",
  ColonExpected: "a colon is expected",
  CommaExpected: "a comma is expected",
  CloseBraceExpected: "a comma or a closing brace is expected",
  CloseBracketExpected: "a comma or a closing bracket is expected",
  EndOfFileExpected: "the end is expected: something follows the value",
  InvalidCommentToken: "JSON has no comments",
  UnexpectedEndOfComment: "JSON has no comments",
  UnexpectedEndOfString: "text in double quotes does not end",
  UnexpectedEndOfNumber: "a number does not end",
  InvalidUnicode: "a Unicode escape has no four hexadecimal digits",
  InvalidEscapeCharacter: "there is no such escape",
  InvalidCharacter: "a control character in text must be escaped",
};

/** RFC 8259: no comments, no commas at the end, no byte order mark. What is valid is read by the engine's own parser alone. */
export async function faultOfJson(text: string): Promise<Judgement> {
  if (text.startsWith("\ufeff"))
    return { line: 1, column: 1, reason: "it begins with a byte order mark, which JSON does not have" };
  try {
    JSON.parse(text);
    return null;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return await place(text);
  }
}

async function place(text: string): Promise<Fault> {
  const { visit, printParseErrorCode } = await import("jsonc-parser");
  const stop = new Error("found");
  let fault: Fault = { ...nowhere, reason: "it is not valid JSON" };
  try {
    const onError = (error: number, offset: number) => {
      const reason = reasons[printParseErrorCode(error)] ?? fault.reason;
      fault = { ...placeOf(text, offset), reason };
      throw stop;
    };
    visit(text, { onError }, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  } catch (cause) {
    if (cause instanceof RangeError)
      return { ...fault, reason: "it is not valid JSON, and nested too deep to say where" };
    if (cause !== stop) throw cause;
  }
  return fault;
}
