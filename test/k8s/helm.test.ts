import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IContainer } from "kubernetes-models/v1";
import packageJson from "../../package.json";
import { type KubernetesObject, manifests, objectsOf, profiles } from "../support/pod/manifests.ts";
import { typed, typeErrors, validate } from "./support/schema.ts";
import { sidecar } from "./support/sidecar.ts";
import { describeWith, runTool } from "./support/tools.ts";

const charts = join(import.meta.dir, "../../k8s/chart");
const folder = mkdtempSync(join(tmpdir(), "sexton-helm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function helm(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runTool("helm", args, folder);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout;
}

const inject = (...args: readonly string[]) =>
  helm("template", "x", join(charts, "sexton-inject"), "--kube-version", "1.36.0", ...args);

describeWith("helm", "k8s/chart/sexton-inject", () => {
  test("helm lint finds nothing", async () => {
    expect(await helm("lint", "--strict", join(charts, "sexton-inject"))).toContain("0 chart(s) failed");
  });

  test("installs what k8s/inject/policy.yaml is", async () => {
    const objects = objectsOf(await inject());
    const unlabelled = objects.map(({ metadata, ...rest }) => ({ ...rest, metadata: { name: metadata?.name } }));
    expect(unlabelled).toEqual(manifests().get("inject/policy.yaml") as never);
    for (const object of objects) validate(object);
    expect(await typeErrors(objects.map(typed))).toEqual([]);
  });

  test("takes an image, resources, namespaces and what a failure means", async () => {
    const given = ["image=example.com/sexton:9", "failurePolicy=Fail", "resources.limits.memory=1Gi"];
    const selector = 'namespaceSelector={"matchExpressions":null,"matchLabels":{"team":"web"}}';
    const text = await inject(...given.flatMap((each) => ["--set", each]), "--set-json", selector);
    const [policy, binding] = objectsOf(text) as unknown as [Policy, Binding];
    expect(policy.spec.failurePolicy).toBe("Fail");
    expect(policy.spec.variables[0]).toEqual({ name: "image", expression: '"example.com/sexton:9"' });
    expect(policy.spec.mutations[0].jsonPatch.expression).toContain('limits: {"memory":"1Gi"}');
    expect(binding.spec.matchResources.namespaceSelector).toEqual({ matchLabels: { team: "web" } });
  });

  test.each([
    ["failurePolicy=fail", "failurePolicy"],
    ["imgae=x", "imgae"],
    ['image=a"b', "image"],
  ])("refuses %s", async (value, what) => {
    await expect(inject("--set", value)).rejects.toThrow(what);
  });

  test("refuses a cluster that has no such policies", async () => {
    const args = ["template", "x", join(charts, "sexton-inject"), "--kube-version", "1.35.0"];
    await expect(helm(...args)).rejects.toThrow("kubeVersion");
  });

  test.each(["sexton-inject", "sexton-library"])("%s has the version of this repository", async (name) => {
    const chart = objectsOf(await helm("show", "chart", join(charts, name)))[0];
    expect(chart).toMatchObject({ name, version: packageJson.version, appVersion: packageJson.version });
  });
});

type Policy = {
  readonly spec: {
    readonly failurePolicy: string;
    readonly variables: readonly object[];
    readonly mutations: readonly [{ readonly jsonPatch: { readonly expression: string } }];
  };
};
type Binding = { readonly spec: { readonly matchResources: { readonly namespaceSelector: object } } };

describeWith("helm", "k8s/chart/sexton-library", () => {
  const app = join(folder, "app");
  beforeAll(() => {
    mkdirSync(join(app, "templates"), { recursive: true });
    mkdirSync(join(app, "charts"));
    cpSync(join(charts, "sexton-library"), join(app, "charts/sexton-library"), { recursive: true });
    const chart = {
      apiVersion: "v2",
      name: "app",
      version: "1.0.0",
      dependencies: [{ name: "sexton-library", version: "*" }],
    };
    writeFileSync(join(app, "Chart.yaml"), JSON.stringify(chart));
    writeFileSync(join(app, "templates/pod.yaml"), podTemplate);
  });

  const sexton = async (sidecar: object): Promise<IContainer> => {
    const text = await helm("template", "x", app, "--set-json", `sexton=${JSON.stringify(sidecar)}`);
    const [pod] = objectsOf(text);
    validate(pod as KubernetesObject);
    return (pod as unknown as { spec: { initContainers: [IContainer] } }).spec.initContainers[0];
  };

  test("includes the container of k8s/sidecar.yaml", async () => {
    const model = sidecar();
    const env = model.env?.filter(({ name }) => name.startsWith("SEXTON_")) ?? [];
    const valueIn = (name: string) => env.find((each) => each.name === name)?.value;
    const included = await sexton({
      target: valueIn("SEXTON_TARGET_CONTAINER"),
      watch: valueIn("SEXTON_WATCH"),
      volumeMounts: model.volumeMounts,
    });
    const { runAsNonRoot: _, seccompProfile: __, ...context } = included.securityContext ?? {};
    expect({ ...included, securityContext: context }).toEqual(model as never);
  });

  test("adds what it is given, and nothing that it is not", async () => {
    const resources = { limits: { memory: "1Gi" } };
    const env = [{ name: "SEXTON_POD_PIDS_LIMIT", value: "1024" }];
    const included = await sexton({ image: "example.com/sexton:9", resources, env });
    expect(included).toMatchObject({ image: "example.com/sexton:9", resources });
    expect(included.resources).toEqual(resources);
    expect(included.env?.at(-1)).toEqual(env[0] as never);
    expect(included.env?.map(({ name }) => name)).not.toContain("SEXTON_WATCH");
    expect(included).not.toHaveProperty("volumeMounts");
  });

  test.each([...profiles().keys()].filter((name) => name !== "userns"))("has the profile %s", async (profile) => {
    const ids = profile === "signal" ? { runAsUser: 101, runAsGroup: 101 } : {};
    expect((await sexton({ profile, ...ids })).securityContext).toEqual(profiles().get(profile) as object);
  });

  test("a UID of seven digits stays a number", async () => {
    expect((await sexton({ runAsUser: 1000660000 })).securityContext).toHaveProperty("runAsUser", 1000660000);
  });

  test.each([
    [{ profile: "fulll" }, 'no profile is called "fulll"'],
    [{ taget: "web" }, 'there is no "taget"'],
  ])("refuses %p", async (sidecar, what) => {
    await expect(sexton(sidecar)).rejects.toThrow(what);
  });
});

const podTemplate = `apiVersion: v1
kind: Pod
metadata: { name: app }
spec:
  shareProcessNamespace: true
  initContainers:
    {{- include "sexton.sidecar" .Values.sexton | nindent 4 }}
  containers:
    - { name: app, image: "app:1" }
`;
