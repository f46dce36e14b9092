import { describe, expect, test } from "bun:test";
import { validate } from "#daemon/validate/validate.ts";
import type { ContentFile } from "#process/reload.ts";
import { file, judge, type Kind, never } from "../../support/validated.ts";

describe("what nobody can judge rejects nothing, and is told", () => {
  const large = "x".repeat(1024 * 1024 + 1);
  const told = "The app is told all the same; split what is large.";
  test.each<[string, Kind, readonly ContentFile[], string]>([
    ["more than 1 MiB", "json", [file("/a.json", large)], "/a.json is larger than 1 MiB"],
    ["more than 1 MiB", "yaml", [file("/a.yaml", large)], "/a.yaml is larger than 1 MiB"],
    ["more than 1 MiB", "toml", [file("/a.toml", large)], "/a.toml is larger than 1 MiB"],
    [
      "several",
      "yaml",
      ["/a.yaml", "/b.yml", "/c.yaml"].map((path) => file(path, large)),
      "/a.yaml is larger than 1 MiB, and 2 more are the like",
    ],
    ["deep YAML", "yaml", [file("/a.yaml", "[".repeat(20_000) + "]".repeat(20_000))], "/a.yaml is nested too deep"],
    ["deep lists", "yaml", [file("/a.yaml", `${"- ".repeat(20_000)}a`)], "/a.yaml is nested too deep"],
    [
      "deep and large YAML",
      "yaml",
      [file("/a.yaml", "[".repeat(200_000) + "]".repeat(200_000))],
      "/a.yaml is nested too deep",
    ],
    [
      "deep TOML",
      "toml",
      [file("/a.toml", `a = ${"[".repeat(5_000)}${"]".repeat(5_000)}`)],
      "/a.toml is nested too deep",
    ],
  ])("%s: %s", async (_, kind, files, sentence) => {
    expect(await judge(kind, ...files)).toEqual({ rejection: null, unjudged: [`${sentence}. ${told}`] });
  });

  test.each(["json", "yaml", "toml"] as const)("beside what can be: %s", async (kind) => {
    const good = { json: "{}", yaml: "a: 1", toml: "a = 1" }[kind];
    const files = [file(`/a.${kind}`, large), file(`/b.${kind}`, good)];
    expect(await judge(kind, ...files)).toMatchObject({ rejection: null, unjudged: [expect.any(String)] });
    const { rejection, unjudged } = await judge(kind, ...files, file(`/c.${kind}`, "[a"));
    expect([rejection?.file, unjudged.length]).toEqual([`/c.${kind}`, 1]);
  });

  test("1 MiB, the most that a ConfigMap holds, is judged", async () => {
    const text = `"${"x".repeat(1024 * 1024 - 2)}"`;
    expect(await judge("json", file("/a.json", text))).toEqual({ rejection: null, unjudged: [] });
    const bad = await judge("json", file("/a.json", `${text.slice(0, -2)}"x`));
    expect(bad.rejection).toMatchObject({ line: 1, column: 1024 * 1024 });
  });
});

describe("what takes long", () => {
  const much = (bytes: number, line: (index: number) => string) => {
    const lines: string[] = [];
    for (let length = 0; length < bytes; ) length += lines[lines.push(line(lines.length)) - 1]?.length ?? 0;
    return lines.join("");
  };
  const megabyte = (line: (index: number) => string) => much(1_000_000, line);
  test.each<[string, Kind, () => string, string | null]>([
    ["1 MB", "json", () => `[${megabyte((index) => `{"name": "value ${index}"},`)}0]`, null],
    [
      "1 MB with a fault at its end",
      "json",
      () => `[${megabyte((index) => `"value ${index}",`)}`,
      "a value is expected",
    ],
    ["nested in vain", "json", () => "[".repeat(500_000), "it is not valid JSON, and nested too deep to say where"],
    ["1 MB", "yaml", () => megabyte((index) => `key${index}: [a, b]\n`), null],
    [
      "1 MB with a fault",
      "yaml",
      () => `${megabyte((index) => `key${index}: [a, b]\n`)}x: [`,
      "it is not valid YAML; of a file",
    ],
    [
      "120 KB",
      "yaml",
      () => `${much(120_000, (index) => `key${index}: [a, b]\n`)}x: [`,
      "the indentation does not fit",
    ],
    ["aliases of aliases", "yaml", () => bombOf(40), "aliases of aliases make it too large to be read"],
    ["1 MB of values", "toml", () => `a = [${megabyte((index) => `"value ${index}",\n`)}]`, null],
    ["60,000 keys", "toml", () => megabyte((index) => `key${index} = 1\n`), null],
    ["30,000 tables", "toml", () => megabyte((index) => `[table${index}]\nkey = 1\n`), null],
    ["30,000 tables of an array", "toml", () => megabyte((index) => `[[table]]\nkey = ${index}\n`), null],
    [
      "1 MB of empty lines",
      "toml",
      () => `${"\n".repeat(1_000_000)}x`,
      "an equals sign or a closing bracket is expected",
    ],
  ])("%s of %s ends in time", async (_, kind, make, reason) => {
    const text = make();
    const began = performance.now();
    const { rejection, unjudged } = await judge(kind, file(`/a.${kind}`, text));
    if (reason === null) expect(rejection).toBeNull();
    else expect(rejection?.reason).toStartWith(reason);
    expect(unjudged).toEqual([]);
    expect(performance.now() - began).toBeLessThan(8_000);
  });

  test("does not grow with the square of a mapping's keys", async () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `key${index}: 1\n`);
    const timeOf = async (text: string) => {
      const began = performance.now();
      expect(await judge("yaml", file("/a.yaml", text))).toEqual({ rejection: null, unjudged: [] });
      return performance.now() - began;
    };
    const apart = keys.map((line, index) => (index % 100 === 0 ? `---\n${line}` : line)).join("");
    await timeOf(apart);
    expect(await timeOf(keys.join(""))).toBeLessThan(10 * (await timeOf(apart)));
  });

  test("is one at a time, also of different watches", async () => {
    let [now, most] = [0, 0];
    const slow = (index: number): ContentFile => ({
      path: `/${index}.json`,
      size: 2,
      async read() {
        most = Math.max(most, ++now);
        await Bun.sleep(5);
        now--;
        if (index === 3) throw new Error("/3.json has changed since it was read");
        return new TextEncoder().encode("{}");
      },
    });
    const all = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => validate({ kind: "json" }, [slow(index)], never)),
    );
    expect(most).toBe(1);
    expect(all.map(({ status }) => status === "rejected")).toEqual(
      Array.from({ length: 8 }, (_, index) => index === 3),
    );
  });

  test("is given up when nobody wants it any more", async () => {
    const controller = new AbortController();
    const text = Array.from({ length: 10_000 }, (_, index) => `key${index}: 1\n`).join("");
    const looking = validate({ kind: "yaml" }, [file("/a.yaml", text)], controller.signal);
    setTimeout(() => controller.abort(new Error("enough")), 5);
    expect(await looking.catch((cause) => cause)).toHaveProperty("message", "enough");
  });

  function bombOf(levels: number): string {
    const line = (level: number) =>
      `a${level}: &a${level} [${Array(9)
        .fill(level === 0 ? "x" : `*a${level - 1}`)
        .join()}]`;
    return Array.from({ length: levels }, (_, level) => line(level)).join("\n");
  }
});
