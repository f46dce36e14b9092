import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { identify } from "#http/auth/identify.ts";
import { findToken, parseTokens, TokensError } from "#http/auth/tokens.ts";

const hashOf = (secret: string) => new Bun.CryptoHasher("sha256").update(secret).digest("hex");
const line = (role: string, name: string, secret: string) => `${role} ${name} sha256:${hashOf(secret)}`;

function refusal(text: string): string {
  try {
    parseTokens(text);
  } catch (cause) {
    if (cause instanceof TokensError) return cause.message;
  }
  return "it was taken";
}

describe("parseTokens()", () => {
  test("reads roles, names and hashes, around comments and empty lines, whatever ends the lines", () => {
    const text = `# who may call\r\n\r\n${line("operate", "ops", "a")}\r\n\t${line("read", "prom@cluster/a", "b")}  \n  # x\n${line("probe", "kube", "c").replace(/[a-f]/g, (digit) => (digit === "a" ? "A" : digit))}`;
    const tokens = parseTokens(text);
    expect(tokens.map(({ role, name }) => `${role} ${name}`)).toEqual([
      "operate ops",
      "read prom@cluster/a",
      "probe kube",
    ]);
    expect(tokens.map(({ hash }) => hash.length)).toEqual([32, 32, 32]);
  });

  test.each([
    ["an empty file", "", "there is no token in it"],
    ["only comments", "# a\n\n", "there is no token in it"],
    ["too few words", "operate ops", "line 1: expected"],
    ["too many words", `\n${line("read", "a", "x")} more`, "line 2: expected"],
    ["a role that there is none of", line("admin", "a", "x"), "line 1: expected a role (probe, read, operate)"],
    ["a name with other characters", line("read", "a;b", "x"), "line 1: expected a name"],
    ["another hash", "read a sha512:00", "line 1: expected"],
    ["a short hash", "read a sha256:00", "line 1: expected"],
    ["the hash of nothing", line("read", "a", ""), "line 1: its token is empty"],
    [
      "one token twice",
      `${line("read", "a", "x")}\n${line("operate", "b", "x")}`,
      "line 2: it has the same token as line 1",
    ],
  ])("refuses %s, and says where", (_, text, sentence) => {
    expect(refusal(text)).toContain(sentence);
  });

  test("never quotes what stands there: it may be a token at the wrong place", () => {
    const secret = "Zq7-the-token-itself";
    for (const text of [secret, `read ${secret}`, `read a ${secret}`, `${secret} a b`, `read a;${secret} sha256:00`]) {
      expect(refusal(text)).not.toContain(secret);
      expect(refusal(text)).toStartWith("line 1");
    }
  });
});

describe("findToken()", () => {
  const tokens = parseTokens(
    [line("read", "a", "one"), line("operate", "b", "two"), line("probe", "c", "three")].join("\n"),
  );

  test("knows each by its secret, and nobody else", () => {
    expect(
      ["one", "two", "three", "four", "", "one "].map((secret) => findToken(tokens, secret)?.name ?? null),
    ).toEqual(["a", "b", "c", null, null, null]);
  });

  test("takes no hash for a token", () => {
    expect(findToken(tokens, hashOf("one"))).toBeNull();
    expect(findToken(tokens, `sha256:${hashOf("one")}`)).toBeNull();
  });
});

describe("identify()", () => {
  const known = (secret: string) => (secret === "good" ? { role: "operate" as const, name: "ops" } : null);
  const gate = { withoutToken: "probe", findToken: known } as const;

  test("asks for no token where none is known", () => {
    const open = { withoutToken: "operate", findToken: null } as const;
    for (const header of [null, "Bearer x", "garbage"])
      expect(identify(open, header)).toEqual({ role: "operate", name: null, mayAsk: false });
  });

  test.each(["Bearer good", "bearer good", "BEARER   good  "])("takes %j", (header) => {
    expect(identify(gate, header)).toEqual({ role: "operate", name: "ops", mayAsk: false });
  });

  test.each([
    "",
    "good",
    "Basic good",
    "Bearer",
    "Bearer ",
    "Bearer good good",
    "Bearer,good",
    "Bearer bad",
    `Bearer ${"x".repeat(5_000)}`,
  ])("refuses %j, though less would be allowed without one", (header) => {
    expect(identify(gate, header)).toMatchObject({ kind: "unauthorized" });
  });

  test("never quotes the header", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9]{12,40}$/),
        fc.constantFrom("Bearer ", "Basic ", ""),
        (secret, scheme) => {
          expect(JSON.stringify(identify(gate, `${scheme}${secret}`))).not.toContain(secret);
        },
      ),
    );
  });
});
