import packageJson from "../../package.json" with { type: "json" };
import { bunParts } from "./bun-parts.ts";
import type { BundledPackage } from "./bundled.ts";

/** docs/licenses.md. */
export function licensesPage(packages: readonly BundledPackage[]): string {
  const rows = packages.map(({ name, version, license, texts }) => {
    const files = texts.map(({ file }) => file).join(", ") || "none in the package";
    return `| ${name} | ${version} | ${license ?? "not said"} | ${files} |`;
  });
  const parts = bunParts.map(({ name, license, source }) => {
    return `| [${name}](${source}) | ${license ?? "several, see there"} |`;
  });
  return `# What is in the binary, and under which licences

sexton itself is under ${packageJson.license} (LICENSE). This page is written by \`npm run sbom\` from what the bundler has put into
the binary; a test holds that it is up to date and that no other licences are among them than those that need no more than
their notice. The texts are in \`dist/licenses.txt\`, which the same command writes, to be handed on with the binary; the same
list for machines is \`dist/sexton.cdx.json\` (CycloneDX 1.6).

## Packages

| package | version | licence | its text |
|---|---|---|---|
${rows.join("\n")}

## The runtime

The bundle is appended to the executable of Bun ${packageJson.devDependencies.bun}, which is under MIT and links these libraries, by its own
[LICENSE.md](https://github.com/oven-sh/bun/blob/main/LICENSE.md). Two of them are under the LGPL, which asks that whoever has the binary can
link it anew with another version of them: Bun's sources and build scripts are public, and sexton's are appended unchanged by
\`bun build --compile\`, so \`npm run build\` with a Bun that was built from changed sources makes that binary.

| library | licence |
|---|---|
${parts.join("\n")}
`;
}

/** dist/licenses.txt: what has to go with every copy of the binary. */
export function licenseTexts(packages: readonly BundledPackage[]): string {
  return packages
    .map(({ name, version, license, texts }) => {
      const all = texts.map(({ file, text }) => `--- ${file}\n\n${text.trim()}\n`);
      return `=== ${name} ${version} (${license ?? "no licence said"})\n\n${all.join("\n")}`;
    })
    .join("\n");
}
