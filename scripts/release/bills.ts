import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "./checksums.ts";
import type { Libc } from "./debian-libc.ts";
import { lockedPackage } from "./runtime.ts";
import type { Target } from "./targets.ts";

const top = join(import.meta.dir, "../..");

/** What sexton's own bill of materials has of CycloneDX 1.6, as far as it is changed here. */
export interface Bill {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

interface Component {
  readonly type: string;
  readonly name: string;
  readonly "bom-ref": string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly object[];
}

/**
 * The bill of one file: what is bundled, and what came with it for its systems. No serial number, so that it is the same for
 * the same file, whose hash it has.
 */
export function billOf(bundled: Bill, file: string, besides: readonly Component[]): Bill {
  const root = bundled.metadata.component;
  const refs = besides.map((component) => component["bom-ref"]);
  const hashes = [{ alg: "SHA-256", content: sha256(file) }];
  const needs = (ref: string, dependsOn: readonly string[] = []) =>
    ref === root["bom-ref"] ? { ref, dependsOn: [...dependsOn, ...refs] } : { ref, dependsOn };
  return {
    ...bundled,
    metadata: { ...bundled.metadata, component: { ...root, hashes } },
    components: [...bundled.components, ...besides],
    dependencies: [
      ...bundled.dependencies.map(({ ref, dependsOn }) => needs(ref, dependsOn)),
      ...refs.map((ref) => ({ ref })),
    ],
  };
}

export function writeBill(bill: Bill, path: string): void {
  writeFileSync(path, `${JSON.stringify(bill, null, 2)}\n`);
}

/** The package that the Bun of a system came in. What Bun is made of is in the bundled bill. */
export function bunComponent({ runtime }: Target): Component {
  const locked = lockedPackage(runtime, readFileSync(join(top, "bun.lock"), "utf8"));
  if (locked === null) throw new Error(`Cannot tell the Bun of ${runtime}: bun.lock does not name it`);
  const purl = `pkg:npm/${runtime.replace("@", "%40")}@${locked.version}`;
  const content = Buffer.from(locked.integrity.replace("sha512-", ""), "base64").toString("hex");
  const licenses = [{ license: { id: "MIT" } }];
  const hashes = [{ alg: "SHA-512", content }];
  return { type: "library", name: runtime, version: locked.version, "bom-ref": purl, purl, licenses, hashes };
}

/** The glibc that is in the image of an architecture. */
export function libcComponent({ architecture }: Target, { version }: Pick<Libc, "version">): Component {
  const purl = `pkg:deb/debian/libc6@${encodeURIComponent(version)}?arch=${architecture}`;
  const licenses = [{ license: { id: "LGPL-2.1-or-later" } }];
  return { type: "library", name: "libc6", version, "bom-ref": purl, purl, licenses };
}
