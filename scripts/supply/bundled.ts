// What is in the binary of others' work: asked of the bundler, not of package.json, which tells neither what is left out
// nor what comes along.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "jsonc-parser";

const top = join(import.meta.dir, "../..");

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says it: an SPDX expression; null: it says nothing. */
  readonly license: string | null;
  /** Names of the files that hold its licence and notices, and what stands there. */
  readonly texts: readonly { readonly file: string; readonly text: string }[];
  /** SHA-512 of what was fetched from the registry, in hex; from bun.lock. */
  readonly sha512: string | null;
  readonly homepage: string | null;
  /** Names of those that it needs, and that are in the binary. */
  readonly needs: readonly string[];
}

interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly homepage?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Builds the binary and the page for that, and leaves nothing of them. By name. */
export async function bundledPackages(): Promise<readonly BundledPackage[]> {
  const inputs = [...(await binaryInputs()), ...(await pageInputs())];
  const folders = new Set(inputs.flatMap((input) => packageFolder(input) ?? []));
  const manifests = [...folders].map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(join(top, folder, "package.json"), "utf8")) as PackageJson,
  }));
  const names = new Set(manifests.map(({ manifest }) => manifest.name));
  const hashes = lockedHashes();
  return manifests
    .map(({ folder, manifest: { name, version, license, homepage, dependencies = {} } }) => ({
      name,
      version,
      license: license ?? null,
      texts: licenseTexts(join(top, folder)),
      sha512: hashes.get(`${name}@${version}`) ?? null,
      homepage: homepage ?? null,
      needs: Object.keys(dependencies)
        .filter((needed) => names.has(needed))
        .sort(),
    }))
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

async function binaryInputs(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "sexton-supply-"));
  try {
    const metafile = join(folder, "metafile.json");
    const child = Bun.spawn([process.execPath, "scripts/build.ts", join(folder, "sexton")], {
      cwd: top,
      env: { ...process.env, BUILD_METAFILE: metafile },
      stdio: ["ignore", "inherit", "inherit"],
    });
    if ((await child.exited) !== 0) throw new Error("Cannot tell what is in the binary: it cannot be built");
    return Object.keys(((await Bun.file(metafile).json()) as Metafile).inputs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function pageInputs(): Promise<readonly string[]> {
  const built = await Bun.build({
    entrypoints: [join(top, "src/ui/main.tsx")],
    root: top,
    target: "browser",
    jsx: { runtime: "automatic", importSource: "preact", development: false },
    metafile: true,
  });
  return Object.keys((built as { metafile?: Metafile }).metafile?.inputs ?? {});
}

/** `node_modules/@scope/name` of a file in it, relative to the checkout; null: it is ours. */
function packageFolder(input: string): string | null {
  return /^.*?(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? null;
}

function licenseTexts(folder: string): BundledPackage["texts"] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|copying|notice)|\.licen[cs]e\b/i.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));
}

/** By `name@version`. In bun.lock each package is [name@version, registry, facts, integrity]. */
function lockedHashes(): ReadonlyMap<string, string> {
  const { packages } = parse(readFileSync(join(top, "bun.lock"), "utf8"), [], { allowTrailingComma: true }) as {
    packages: Readonly<Record<string, readonly unknown[]>>;
  };
  return new Map(
    Object.values(packages).flatMap((entry) => {
      const integrity = /^sha512-(.*)$/.exec(String(entry.at(-1)))?.[1];
      return integrity ? [[String(entry[0]), Buffer.from(integrity, "base64").toString("hex")] as const] : [];
    }),
  );
}
