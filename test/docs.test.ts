import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { referencePages } from "../scripts/docs/pages.ts";

const top = join(import.meta.dir, "..");
const docs = join(top, "docs");

test("docs/reference says what the code says: `npm run docs` writes it anew", () => {
  const committed = Object.fromEntries(
    readdirSync(join(docs, "reference")).map((name) => [name, readFileSync(join(docs, "reference", name), "utf8")]),
  );
  const generated = referencePages();
  expect(Object.keys(committed).sort()).toEqual(Object.keys(generated).sort());
  for (const [name, text] of Object.entries(generated)) {
    if (committed[name] === text) continue;
    throw new Error(`docs/reference/${name} is not what the code says any more: run \`npm run docs\`, and commit it.`);
  }
});

/** As GitHub makes them of titles. */
function anchorsOf(markdown: string): Set<string> {
  const titles = markdown.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ +(.*)$/gm);
  return new Set(
    [...titles].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

test("links in the docs lead to files and titles that there are", () => {
  const pages = readdirSync(docs, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .map((path) => join(docs, path));
  const beside = ["README.md", "SECURITY.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "k8s/README.md"];
  const broken = [...pages, ...beside.map((name) => join(top, name))].flatMap((page) => {
    const text = readFileSync(page, "utf8");
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = ""]) => link);
    return links.flatMap((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(target)) return [`${page}: ${link}`];
      return anchor === undefined || anchorsOf(readFileSync(target, "utf8")).has(anchor) ? [] : [`${page}: ${link}`];
    });
  });
  expect(pages.length).toBeGreaterThan(10);
  expect(broken).toEqual([]);
});
