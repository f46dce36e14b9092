// npm run release: everything that is published, into dist/release, from one commit. docs/release.md says how it is checked.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { revision, sourceDate } from "./identity.ts";
import { type Bill, billOf, bunComponent, libcComponent, writeBill } from "./release/bills.ts";
import { writeChecksums } from "./release/checksums.ts";
import { makeImages } from "./release/images.ts";
import { run } from "./release/run.ts";
import { fetchRuntime } from "./release/runtime.ts";
import { type Target, targets } from "./release/targets.ts";
import { billOfMaterials } from "./supply/bom.ts";
import { bundledPackages } from "./supply/bundled.ts";
import { licenseTexts } from "./supply/licenses.ts";

const top = join(import.meta.dir, "..");
const { version } = packageJson;

const { values } = parseArgs({
  options: {
    targets: { type: "string", default: targets.map(({ name }) => name).join(",") },
    out: { type: "string", default: join(top, "dist", "release") },
    "no-images": { type: "boolean", default: false },
  },
});
const wanted = values.targets.split(",").map(targetNamed);
const folder = values.out;
const binaryOf = ({ name }: Target) => join(folder, `sexton-${version}-${name}`);

const commit = revision();
const created = sourceDate();
if (commit === null || created === null) {
  throw new Error(
    "Cannot release: no commit is known. Set SOURCE_REVISION and SOURCE_DATE_EPOCH where there is no .git",
  );
}
if (commit.endsWith("-dirty")) console.warn(`Not for publishing: what is built differs from the commit (${commit})`);

// From here on one commit and one time, for all that is started.
process.env["SOURCE_REVISION"] = commit;
process.env["SOURCE_DATE_EPOCH"] = String(created);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const work = mkdtempSync(join(tmpdir(), "sexton-release-"));
try {
  const packages = await bundledPackages();
  const bundled = JSON.parse(billOfMaterials(packages)) as Bill;
  writeFileSync(join(folder, `sexton-${version}-licenses.txt`), licenseTexts(packages));
  for (const target of wanted) {
    const runtime = await fetchRuntime(target, work);
    await run([process.execPath, "scripts/build.ts", binaryOf(target), "src/main.ts", target.name, runtime], {
      cwd: top,
    });
    writeBill(billOf(bundled, binaryOf(target), [bunComponent(target)]), `${binaryOf(target)}.cdx.json`);
    console.log(`built ${binaryOf(target)}`);
  }
  const inImages = wanted.filter(({ libc }) => libc === "glibc");
  if (!values["no-images"] && inImages.length > 0) {
    const image = join(folder, `sexton-${version}-image`);
    const archive = `${image}.oci.tar`;
    // SOURCE_REPOSITORY: where the sources are, for the image's label.
    const source = process.env["SOURCE_REPOSITORY"] || null;
    const facts = { version, revision: commit, created, source };
    const libcs = await makeImages({ targets: inImages, facts, binaryOf, archive, work });
    const besides = [...libcs].flatMap(([target, libc]) => [bunComponent(target), libcComponent(target, libc)]);
    writeBill(billOf(bundled, archive, besides), `${image}.cdx.json`);
    console.log(`built ${archive}`);
  }
  writeChecksums(folder);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function targetNamed(name: string): Target {
  const found = targets.find((target) => target.name === name);
  if (found === undefined) {
    throw new Error(
      `Cannot release for ${JSON.stringify(name)}: expected ${targets.map((one) => one.name).join(", ")}`,
    );
  }
  return found;
}
