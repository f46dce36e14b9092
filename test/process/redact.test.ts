import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { redactArgs } from "#process/redact.ts";
import { credentials } from "./credentials.ts";
import { innocents } from "./innocents.ts";

describe("redactArgs()", () => {
  test("has tables that are worth the name", () => {
    expect(credentials.length).toBeGreaterThanOrEqual(100);
    expect(innocents.length).toBeGreaterThanOrEqual(50);
  });

  test.each(credentials.map(([secret, ...args]) => [args.join(" "), secret, args] as const))(
    "masks %s",
    (_, secret, args) => {
      const shown = redactArgs(args).join(" ");
      expect(shown).not.toContain(secret);
      expect(shown).toContain("***");
      expect(redactArgs(args)).toHaveLength(args.length);
      expect(redactArgs(args)[0]?.split(" ")[0]).toBe(args[0]?.split(" ")[0] as string);
    },
  );

  test.each(innocents.map((args) => [args.join(" "), args] as const))("leaves %s", (_, args) => {
    expect(redactArgs(args)).toBe(args);
  });

  test("masks nothing twice: what it has masked stays as it is", () => {
    for (const [, ...args] of credentials) expect(redactArgs(redactArgs(args))).toEqual(redactArgs(args));
  });

  test("shows everything else of the line", () => {
    const args = ["app", "--listen", ":80", "--password", "hunter2", "-v", "postgres://me:x1y2@db:5432/shop?a=b"];
    expect(redactArgs(args)).toEqual([
      "app",
      "--listen",
      ":80",
      "--password",
      "***",
      "-v",
      "postgres://me:***@db:5432/shop?a=b",
    ]);
  });

  test("has as many arguments as it was given, whatever they are, and throws at nothing", () => {
    const word = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom(...credentials.flat(), "-p", "--token", "mysql", "'", '"', "=", "://", "@", " "),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (args) => {
        expect(redactArgs(args)).toHaveLength(args.length);
      }),
      { numRuns: 2_000 },
    );
  });

  test("takes its time for nothing: 128 KiB of what looks suspicious", () => {
    const shapes = [
      "password=",
      "a:b@",
      "x://",
      'token"',
      "eyJ",
      "eyJ-",
      "x-key",
      "a.b-",
      "cookie: ",
      "=",
      "a",
      " -p",
      "key",
      "'",
      "-----BEGIN ",
    ];
    for (const shape of shapes) {
      const args = ["app", `${shape.repeat(Math.ceil(131_072 / shape.length))}`];
      const started = performance.now();
      redactArgs(args);
      expect({ shape, slow: performance.now() - started > 500 }).toEqual({ shape, slow: false });
    }
  });
});
