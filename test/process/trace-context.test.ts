import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseTraceparent } from "#process/trace-context.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

describe("parseTraceparent()", () => {
  test.each([
    ["one that is sampled", `00-${traceId}-${spanId}-01`, { traceId, spanId, flags: 1 }],
    ["one that is not", `00-${traceId}-${spanId}-00`, { traceId, spanId, flags: 0 }],
    ["flags of a later level", `00-${traceId}-${spanId}-03`, { traceId, spanId, flags: 3 }],
    ["spaces around it", ` 00-${traceId}-${spanId}-01 `, { traceId, spanId, flags: 1 }],
    ["a later version with more to it", `cc-${traceId}-${spanId}-01-what-will-be`, { traceId, spanId, flags: 1 }],
    ["this version with more to it", `00-${traceId}-${spanId}-01-what-is-not`, null],
    ["a later version with more and no dash", `cc-${traceId}-${spanId}-01.what`, null],
    ["the version that is forbidden", `ff-${traceId}-${spanId}-01`, null],
    ["a trace of zeros", `00-${"0".repeat(32)}-${spanId}-01`, null],
    ["a span of zeros", `00-${traceId}-${"0".repeat(16)}-01`, null],
    ["capitals", `00-${traceId.toUpperCase()}-${spanId}-01`, null],
    ["a short trace", `00-${traceId.slice(1)}-${spanId}-01`, null],
    ["nothing", "", null],
    ["two of them", `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`, null],
  ])("%s", (_, header, expected) => {
    expect(parseTraceparent(header)).toEqual(expected);
  });

  test("takes every one that is well-formed, and never throws", () => {
    const hex = (length: number) =>
      fc
        .array(fc.constantFrom(..."0123456789abcdef"), { minLength: length, maxLength: length })
        .map((digits) => digits.join(""))
        .filter((text) => /[^0]/.test(text));
    const flags = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(hex(32), hex(16), flags, (trace, span, bits) => {
        const header = `00-${trace}-${span}-${bits.toString(16).padStart(2, "0")}`;
        expect(parseTraceparent(header)).toEqual({ traceId: trace, spanId: span, flags: bits });
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => parseTraceparent(text) === null));
  });
});
