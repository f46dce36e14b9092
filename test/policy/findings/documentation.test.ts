import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findingIds } from "#policy/findings/finding.ts";

const top = join(import.meta.dir, "../../..");
const page = readFileSync(join(top, "docs/doctor.md"), "utf8");
const rows = [...page.matchAll(/^\| `([a-z-]+)` \| ((?:error|warning|info)[^|]*) \|/gm)];

test("docs/doctor.md has every kind of finding, in the order of the source", () => {
  expect(rows.map(([, id]) => id as string)).toEqual([...findingIds]);
});

test("the severities that it names are those of the source", () => {
  const folder = join(top, "src/policy/findings");
  const source = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
  for (const [, id = "", severities = ""] of rows) {
    // What stands between an id and its title.
    const written = [...source.matchAll(new RegExp(`id: [^\\n]*"${id}"[^]*?title:`, "g"))]
      .map(([text]) => text)
      .join("");
    const named = ["error", "warning", "info"].filter((severity) => written.includes(`"${severity}"`));
    expect({ id, severities: severities.trim() }).toEqual({ id, severities: named.join(", ") });
  }
});
