import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../../package.json";

const top = join(import.meta.dir, "../../..");
/** `"path/in/node_modules": ["name@version", …]`; a copy that is nested has another package's name before its own. */
const packages = [...readFileSync(join(top, "bun.lock"), "utf8").matchAll(/^ {4}"([^"]+)": \["([^"]+)@([^"@]+)"/gm)]
  .map(([, path = "", name = "", version = ""]) => ({ path, name, version }))
  .filter(({ name }) => name.startsWith("@opentelemetry/"));

test("there is one copy of each package of the SDK: two would register with each other's API", () => {
  expect(packages.length).toBeGreaterThan(15);
  expect(packages.filter(({ path, name }) => path !== name)).toEqual([]);
  expect(new Set(packages.map(({ name }) => name)).size).toBe(packages.length);
});

test("what is declared is the set that sdk-node pins", () => {
  const { dependencies: pinned } = JSON.parse(
    readFileSync(join(top, "node_modules/@opentelemetry/sdk-node/package.json"), "utf8"),
  ) as { dependencies: Record<string, string> };
  const declared = Object.entries(manifest.dependencies).filter(([name]) => name in pinned);
  expect(declared.length).toBeGreaterThan(5);
  expect(declared).toEqual(declared.map(([name]) => [name, pinned[name] as string]));
});
