import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import packageJson from "../../package.json" with { type: "json" };
import { billOfMaterials } from "../../scripts/supply/bom.ts";
import { type BundledPackage, bundledPackages } from "../../scripts/supply/bundled.ts";
import { licensesPage, licenseTexts } from "../../scripts/supply/licenses.ts";

setDefaultTimeout(120_000);
/** They ask for no more than to be named. Another one is for a person to read before it is put here. */
const allowed = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];
const page = join(import.meta.dir, "../../docs/licenses.md");

let packages: readonly BundledPackage[] = [];
beforeAll(async () => {
  packages = await bundledPackages();
});

describe("what is in the binary", () => {
  test("is what is imported, by the binary and by its page, and nothing that only tests need", () => {
    const names = packages.map(({ name }) => name);
    for (const name of ["hono", "zod", "@grpc/grpc-js", "@opentelemetry/sdk-node", "preact", "swagger-ui-dist"]) {
      expect(names).toContain(name);
    }
    for (const name of ["typescript", "fast-check", "playwright-core", "ajv"]) expect(names).not.toContain(name);
  });

  test("is under licences that ask for no more than their notice", () => {
    expect(packages.filter(({ license }) => !allowed.includes(license ?? "")).map(({ name }) => name)).toEqual([]);
  });

  test("is the list in docs/licenses.md: npm run sbom writes it", () => {
    expect(readFileSync(page, "utf8")).toBe(licensesPage(packages));
  });

  test("has its licences' texts, where its package has one", () => {
    const texts = licenseTexts(packages);
    for (const { name, version } of packages) expect(texts).toContain(`=== ${name} ${version} (`);
    expect(texts).toContain("Permission is hereby granted, free of charge");
    expect(packages.filter(({ texts: found }) => found.length === 0).length).toBeLessThan(5);
  });
});

describe("the bill of materials", () => {
  test("is CycloneDX 1.6, by its strict schema", async () => {
    const problems = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(billOfMaterials(packages));
    expect(problems).toBeNull();
    const broken = billOfMaterials(packages).replace('"type": "library"', '"type": "nonsense"');
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(broken)).not.toBeNull();
  });

  test("names each package with its version and the hash of what was fetched, and the runtime with its version", () => {
    const { components, metadata } = JSON.parse(billOfMaterials(packages));
    expect(metadata.component).toMatchObject({ name: "sexton", version: packageJson.version });
    expect(components).toHaveLength(packages.length + 1);
    for (const component of components) {
      if (component.name === "bun") expect(component.version).toBe(packageJson.devDependencies.bun);
      else expect(component.hashes).toEqual([{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }]);
    }
  });

  test("says what needs what", () => {
    const { dependencies } = JSON.parse(billOfMaterials(packages));
    const of = (ref: string) => dependencies.find((one: { ref: string }) => one.ref === ref)?.dependsOn;
    expect(of("sexton")).toHaveLength(packages.length + 1);
    const grpc = packages.find(({ name }) => name === "@grpc/grpc-js")?.version;
    expect(of(`pkg:npm/%40grpc/grpc-js@${grpc}`)).toContainEqual(expect.stringContaining("proto-loader"));
  });

  test("is the same each time: no serial number, and no time unless the sources' is given", () => {
    const [one, other] = [billOfMaterials(packages), billOfMaterials([...packages].reverse())];
    expect(other).toBe(one);
    expect(JSON.parse(one)).not.toHaveProperty("serialNumber");
    expect(JSON.parse(one).metadata).not.toHaveProperty("timestamp");
    const before = process.env["SOURCE_DATE_EPOCH"];
    process.env["SOURCE_DATE_EPOCH"] = "1700000000";
    try {
      expect(JSON.parse(billOfMaterials(packages)).metadata.timestamp).toBe("2023-11-14T22:13:20.000Z");
    } finally {
      if (before === undefined) delete process.env["SOURCE_DATE_EPOCH"];
      else process.env["SOURCE_DATE_EPOCH"] = before;
    }
  });
});
