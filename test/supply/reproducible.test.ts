import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

setDefaultTimeout(180_000);
const top = join(import.meta.dir, "../..");
const folder = mkdtempSync(join(tmpdir(), "sexton-reproducible-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Builds what is in a checkout; the binary, and what has gone into it. */
function build(checkout: string, name: string) {
  const [binary, metafile] = [join(folder, name), join(folder, `${name}.json`)];
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, "scripts/build.ts", binary], {
    cwd: checkout,
    // Whether the checkout has a commit is told to the build, since a copy has none.
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, SOURCE_REVISION: "0123abc", BUILD_METAFILE: metafile },
    stderr: "pipe",
  });
  expect(stderr.toString()).toBe("");
  expect(exitCode).toBe(0);
  const bytes = readFileSync(binary);
  const { inputs } = JSON.parse(readFileSync(metafile, "utf8")) as { inputs: Record<string, unknown> };
  return { bytes, hash: new Bun.CryptoHasher("sha256").update(bytes).digest("hex"), inputs: Object.keys(inputs) };
}

test("the same sources make the same binary, wherever they lie and whatever it is called, and it tells neither", () => {
  const here = build(top, "here");
  const elsewhere = join(folder, "a", "much", "longer", "way", "to-another-checkout");
  for (const path of ["package.json", "bun.lock", "bunfig.toml", "tsconfig.json", "scripts", "src"]) {
    cpSync(join(top, path), join(elsewhere, path), { recursive: true });
  }
  // The whole of node_modules is six times as much as what is bundled. The page's own are not in the binary's list.
  const packages = new Set(
    here.inputs.flatMap((input) => /^.*?(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  );
  for (const path of [...packages, "node_modules/preact", "node_modules/uplot", "node_modules/@tsconfig"]) {
    cpSync(join(top, path), join(elsewhere, path), { recursive: true });
  }
  const there = build(elsewhere, "there");
  expect(there.inputs.toSorted()).toEqual(here.inputs.toSorted());
  expect(there.hash).toBe(here.hash);
  for (const path of [top, elsewhere, folder]) expect(here.bytes.includes(path)).toBe(false);
  expect(there.bytes.includes(elsewhere)).toBe(false);
  // What is not minified away: the search finds what is there.
  expect(here.bytes.includes("sexton serves")).toBe(true);
});
