import { expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const top = join(import.meta.dir, "..");
const maxLines = 250;

/** Which layers a layer may import values from. Types are free: they carry no behaviour. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  kernel: ["base"],
  process: ["base"],
  policy: ["base", "process"],
  config: ["base", "process"],
  daemon: ["base", "kernel", "process", "policy"],
  init: ["base", "kernel", "process", "policy"],
  telemetry: ["base", "process"],
  http: ["base", "process", "ui"],
  client: ["base"],
  cli: ["base", "process", "config", "client"],
  ui: ["base", "process", "client"],
  demo: ["base", "kernel", "process", "client"],
};

/** The composition roots, a folder and two files, know every layer; that is what they are for. */
const roots = ["serve", "main.ts", "command-line.ts"];

function sources(folder: string): string[] {
  return readdirSync(join(top, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => join(folder, path))
    .filter((path) => statSync(join(top, path)).isFile());
}

const transpilers = { ts: new Bun.Transpiler({ loader: "ts" }), tsx: new Bun.Transpiler({ loader: "tsx" }) };
const files = sources("src").map((path) => {
  const text = readFileSync(join(top, path), "utf8");
  return {
    path,
    text,
    layer: path.split("/")[1] as string,
    imports: (path.endsWith(".tsx") ? transpilers.tsx : transpilers.ts).scanImports(text).map(({ path }) => path),
  };
});

test("the scan of imports sees the tree and drops what is only a type", () => {
  expect(files.length).toBeGreaterThan(80);
  expect(
    transpilers.ts.scanImports('import type { A } from "#kernel/a.ts"; import { b } from "#base/b.ts"; b();'),
  ).toEqual([{ kind: "import-statement", path: "#base/b.ts" }]);
});

test("every layer is in the table of imports", () => {
  const layers = new Set(files.map(({ layer }) => layer).filter((layer) => !layer.endsWith(".d.ts")));
  expect([...layers].sort()).toEqual([...Object.keys(mayImport), ...roots].sort());
});

/** The folders of a folder. */
function foldersOf(folder: string): string[] {
  return readdirSync(join(top, folder)).filter((name) => statSync(join(top, folder, name)).isDirectory());
}

test("ARCHITECTURE.md names the folders that src/daemon and test have", () => {
  const text = readFileSync(join(top, "ARCHITECTURE.md"), "utf8");
  const [, listed = ""] = /^\| `src\/daemon\/` \|.*? a folder each: (.*?); at the top/m.exec(text) ?? [];
  const named = listed.replace(/ \([^)]*\)/g, "").split(", ");
  expect(named.sort()).toEqual(foldersOf("src/daemon").sort());
  const layers = foldersOf("src");
  const others = foldersOf("test").filter((name) => !layers.includes(name));
  const tests = [...text.matchAll(/`test\/([\w-]+)\/`/g)].map(([, name]) => name as string);
  expect([...new Set(tests)].sort()).toEqual(others.sort());
});

test("layers import only what they may", () => {
  const breaches = files.flatMap(({ path, layer, imports }) =>
    imports
      .filter((imported) => imported.startsWith("#"))
      .map((imported) => imported.slice(1).split("/")[0] as string)
      .filter((from) => !roots.includes(layer) && from !== layer && !(mayImport[layer] ?? []).includes(from))
      .map((from) => `${path} imports ${from}`),
  );
  expect(breaches).toEqual([]);
});

test("only kernel/ knows bun:ffi, and only its helper makes pointers", () => {
  const ffi = files.filter(({ imports }) => imports.includes("bun:ffi")).map(({ path }) => path);
  expect(ffi.sort()).toEqual(["src/kernel/libc.ts", "src/kernel/memory.ts"]);
  const pointers = files
    .filter(({ text }) => /\bptr\(/.test(text.replace(/\/\*[\s\S]*?\*\//g, "")))
    .map(({ path }) => path);
  expect(pointers).toEqual(["src/kernel/memory.ts"]);
});

test("only kernel/ sends signals", () => {
  const killers = files.filter(({ text }) => /process\.kill\(/.test(text)).map(({ path }) => path);
  expect(killers).toEqual(["src/kernel/pidfd.ts"]);
});

test("the binary starts no other program", () => {
  // A spawned child's exit would be waited for by Bun, and shelling out needs a shell that the image does not have.
  const spawners = files.filter(
    ({ text, imports }) => /Bun\.(spawn|\$)/.test(text) || imports.includes("node:child_process"),
  );
  expect(spawners.map(({ path }) => path)).toEqual([]);
});

test("only main.ts exits", () => {
  expect(files.filter(({ text }) => text.includes("process.exit(")).map(({ path }) => path)).toEqual(["src/main.ts"]);
});

test("no relative imports inside of src, so that the layer shows in the line", () => {
  const relative = files.flatMap(({ path, imports }) =>
    imports
      .filter((imported) => imported.startsWith(".") && !imported.endsWith("/package.json"))
      .map((imported) => `${path}: ${imported}`),
  );
  expect(relative).toEqual([]);
});

test("files stay small", () => {
  const all = [...sources("src"), ...sources("test"), ...sources("bench"), ...sources("scripts")];
  const long = all
    .map((path) => ({ path, lines: readFileSync(join(top, path), "utf8").split("\n").length - 1 }))
    .filter(({ lines }) => lines > maxLines);
  expect(long).toEqual([]);
});

test("there is one lock file, and every dependency is exact", () => {
  const locks = readdirSync(top).filter((name) =>
    /^(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?)$/.test(name),
  );
  expect(locks).toEqual(["bun.lock"]);
  const manifest = JSON.parse(readFileSync(join(top, "package.json"), "utf8"));
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version as string))).toEqual([]);
});
