import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "jsonc-parser";

const top = join(import.meta.dir, "../..");
const read = (path: string) => parse(readFileSync(join(top, path), "utf8"), [], { allowTrailingComma: true });
const { dependencies, devDependencies, trustedDependencies } = read("package.json");

test("every dependency is one version, and not a range of them", () => {
  const all = Object.entries({ ...dependencies, ...devDependencies });
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))).toEqual([]);
});

test("what is locked comes from the registry, with the hash of what was fetched", () => {
  const packages = Object.values(read("bun.lock")["packages"] as Record<string, readonly unknown[]>);
  expect(packages.length).toBeGreaterThan(100);
  // [name@version, registry ("" is the usual one), facts, integrity]
  const odd = packages.filter((entry) => entry.length !== 4 || entry[1] !== "" || !/^sha512-/.test(String(entry[3])));
  expect(odd.map(([name]) => name)).toEqual([]);
});

test("no package but Bun's own may run a script when it is installed", () => {
  expect(trustedDependencies).toEqual(["bun"]);
});
