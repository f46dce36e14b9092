import { Contrib, Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import packageJson from "../../package.json" with { type: "json" };
import { sourceDate } from "../identity.ts";
import { bunParts } from "./bun-parts.ts";
import type { BundledPackage } from "./bundled.ts";

/** A single id the library knows by itself; what else is said is either an expression, or somebody's own words. */
const licenses = new Contrib.License.Factories.LicenseFactory((text) => {
  if (!/^[\w.+() -]+ (AND|OR|WITH) [\w.+() -]+$/.test(text)) throw new Error(`${text} is no expression of SPDX`);
});

/**
 * CycloneDX 1.6: the binary, the packages that are bundled, and the runtime that carries them. The same for the same binary:
 * no serial number, and no time but that of the sources, where it is given (SOURCE_DATE_EPOCH).
 */
export function billOfMaterials(packages: readonly BundledPackage[]): string {
  const { name, version, license, description } = packageJson;
  const application = componentOf(Enums.ComponentType.Application, name, { version, description, bomRef: name });
  application.licenses.add(licenses.makeFromString(license));
  const bom = new Models.Bom();
  bom.metadata.component = application;
  if (process.env["SOURCE_DATE_EPOCH"]) bom.metadata.timestamp = new Date((sourceDate() ?? 0) * 1_000);
  const bun = runtime();
  application.dependencies.add(bun.bomRef);
  bom.components.add(bun);
  const components = new Map(packages.map((one) => [one, library(one)]));
  for (const [one, component] of components) {
    bom.components.add(component);
    application.dependencies.add(component.bomRef);
    for (const [other, needed] of components) {
      if (one.needs.includes(other.name)) component.dependencies.add(needed.bomRef);
    }
  }
  const normalize = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return `${new Serialize.JsonSerializer(normalize).serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function library({ name, version, license, sha512, homepage }: BundledPackage): Models.Component {
  const [, scope, base = name] = /^(@[^/]+)\/(.*)$/.exec(name) ?? [];
  const purl = `pkg:npm/${scope ? `${encodeURIComponent(scope)}/` : ""}${base}@${version}`;
  const component = componentOf(Enums.ComponentType.Library, base, {
    version,
    purl,
    bomRef: purl,
    ...(scope ? { group: scope } : {}),
  });
  if (license !== null) component.licenses.add(licenses.makeFromString(license));
  if (sha512 !== null) component.hashes.set(Enums.HashAlgorithm["SHA-512"], sha512);
  if (homepage) component.externalReferences.add(reference(homepage));
  return component;
}

/** Bun is the executable that the bundle is appended to. */
function runtime(): Models.Component {
  const purl = `pkg:github/oven-sh/bun@bun-v${packageJson.devDependencies.bun}`;
  const bun = componentOf(Enums.ComponentType.Platform, "bun", {
    version: packageJson.devDependencies.bun,
    purl,
    bomRef: purl,
    description:
      "The JavaScript runtime; what it links statically is below it, by its own list, which tells no versions",
  });
  bun.licenses.add(licenses.makeFromString("MIT"));
  bun.externalReferences.add(reference("https://bun.sh"));
  for (const { name, license, source } of bunParts) {
    const part = componentOf(Enums.ComponentType.Library, name, { bomRef: `bun/${name}` });
    if (license !== null) part.licenses.add(licenses.makeFromString(license));
    part.externalReferences.add(reference(source));
    bun.components.add(part);
  }
  return bun;
}

const componentOf = (...args: ConstructorParameters<typeof Models.Component>) => new Models.Component(...args);

const reference = (url: string) => new Models.ExternalReference(url, Enums.ExternalReferenceType.Website);
