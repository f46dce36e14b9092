// npm run sbom: what is in the binary. For machines (dist/sexton.cdx.json), for lawyers (dist/licenses.txt), for people
// (docs/licenses.md).
import { join } from "node:path";
import { billOfMaterials } from "./supply/bom.ts";
import { bundledPackages } from "./supply/bundled.ts";
import { licensesPage, licenseTexts } from "./supply/licenses.ts";

const top = join(import.meta.dir, "..");
const packages = await bundledPackages();
await Bun.write(join(top, "dist/sexton.cdx.json"), billOfMaterials(packages));
await Bun.write(join(top, "dist/licenses.txt"), licenseTexts(packages));
await Bun.write(join(top, "docs/licenses.md"), licensesPage(packages));
