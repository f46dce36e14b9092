import { expect, test } from "bun:test";
import { assertNever } from "#base/assert-never.ts";

test("assertNever() throws, and names the value that lied about its type", () => {
  expect(() => assertNever("surprise" as never)).toThrow('internal error: unexpected "surprise"');
});
