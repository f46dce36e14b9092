import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Deployment } from "kubernetes-models/apps/v1";
import { ConfigMap, SecurityContext } from "kubernetes-models/v1";
import packageJson from "../../package.json";
import { attempt } from "../support/pod/command.ts";
import { type KubernetesObject, manifests, profiles } from "../support/pod/manifests.ts";

// The kinds that k8s/ uses. A new one has to be added here, which is how it comes to be validated.
const kinds: Readonly<Record<string, new (object: never) => { validate(): void }>> = {
  "apps/v1 Deployment": Deployment,
  "v1 ConfigMap": ConfigMap,
};
const top = join(import.meta.dir, "../..");

/** What tsc says of objects typed as Kubernetes types: unlike the schemas it refuses fields that do not exist. */
async function typeErrors(typed: readonly { from: string; type: string; object: object }[]): Promise<string> {
  // Inside the project, so that the types are found as from any other file of it.
  const folder = mkdtempSync(join(top, "node_modules", ".manifests-"));
  try {
    const statements = typed.map(({ from, type, object }, index) => {
      return `export const o${index}: import("${from}").I${type} = ${JSON.stringify(object)};`;
    });
    writeFileSync(join(folder, "check.ts"), statements.join("\n"));
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--ignoreConfig", "--module", "Preserve"];
    const tsc = [process.execPath, join(top, "node_modules/typescript/bin/tsc")];
    const { exitCode, stdout } = await attempt([...tsc, ...options, join(folder, "check.ts")]);
    return exitCode === 0 ? "" : stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function typed(object: KubernetesObject) {
  return { from: `kubernetes-models/${object.apiVersion}`, type: object.kind, object };
}

for (const [file, objects] of manifests()) {
  test(`k8s/${file} is what Kubernetes accepts`, async () => {
    for (const object of objects) {
      const Kind = kinds[`${object.apiVersion} ${object.kind}`];
      if (Kind === undefined) throw new Error(`Cannot validate ${object.apiVersion} ${object.kind}: not in the list`);
      new Kind(object as never).validate();
    }
    expect(await typeErrors(objects.map(typed))).toBe("");
  });

  test(`k8s/${file} runs the version of this repository`, () => {
    const images = JSON.stringify(objects).match(/"sexton:[^"]*"/g) ?? [];
    for (const image of images) expect(image).toBe(`"sexton:${packageJson.version}"`);
  });
}

test("a misspelt field is found", async () => {
  const pod = { apiVersion: "v1", kind: "Pod", spec: { containers: [], shareProcessNamespaces: true } };
  expect(await typeErrors([typed(pod)])).toContain("shareProcessNamespaces");
});

test("the profiles of k8s/README.md are security contexts", async () => {
  expect([...profiles().keys()]).toEqual(["observe", "signal", "signal-any", "full"]);
  for (const profile of profiles().values()) new SecurityContext(profile).validate();
  const all = [...profiles().values()];
  expect(
    await typeErrors(all.map((object) => ({ from: "kubernetes-models/v1", type: "SecurityContext", object }))),
  ).toBe("");
});

test("sidecar.yaml uses the profile signal", () => {
  const [deployment] = (manifests().get("sidecar.yaml") ?? []).filter(({ kind }) => kind === "Deployment");
  const { spec } = new Deployment(deployment as never).spec?.template ?? {};
  const sexton = spec?.initContainers?.find(({ name }) => name === "sexton");
  expect({ ...spec?.securityContext, ...sexton?.securityContext }).toEqual(profiles().get("signal") ?? {});
  expect(sexton?.restartPolicy).toBe("Always");
});
