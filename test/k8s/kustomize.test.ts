import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IContainer, IPodSpec } from "kubernetes-models/v1";
import { type KubernetesObject, objectsOf, profiles } from "../support/pod/manifests.ts";
import { type Level, podSecurity } from "./support/pod-security.ts";
import { typed, typeErrors, validate } from "./support/schema.ts";
import { common, sidecar } from "./support/sidecar.ts";
import { describeWith, runTool } from "./support/tools.ts";

const k8s = join(import.meta.dir, "../../k8s");

type Built = KubernetesObject & { readonly spec: { readonly template: { readonly spec: IPodSpec } } };

const workload = (kind: string, name: string, annotations: object, pod: object = {}, more: object = {}) => ({
  apiVersion: kind === "Job" ? "batch/v1" : "apps/v1",
  kind,
  metadata: { name, annotations },
  spec: {
    ...(kind === "Job" ? {} : { selector: { matchLabels: { app: name } } }),
    ...more,
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "app", image: "app:1", securityContext: restricted }], ...pod },
    },
  },
});
const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const asks = (profile?: string) => ({
  "sexton.dev/inject": "true",
  ...(profile === undefined ? {} : { "sexton.dev/profile": profile }),
});
const nonRoot = {
  securityContext: { runAsUser: 7, runAsGroup: 7, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
};
const root = { securityContext: { runAsUser: 0, seccompProfile: { type: "RuntimeDefault" } } };

const resources = [
  workload("Deployment", "plain", asks(), nonRoot),
  workload("Deployment", "mistyped", asks("fulll"), nonRoot),
  workload("Deployment", "with-init", asks(), { ...nonRoot, initContainers: [{ name: "first", image: "first:1" }] }),
  workload("Deployment", "observe", asks("observe"), nonRoot),
  workload("StatefulSet", "signal", asks("signal"), nonRoot, { serviceName: "signal" }),
  workload("DaemonSet", "signal-any", asks("signal-any"), nonRoot),
  workload("Job", "full", asks("full"), { ...nonRoot, restartPolicy: "Never" }),
  workload("Deployment", "userns", asks("userns"), root),
  workload("Deployment", "not-asked", {}, nonRoot),
  workload("Deployment", "refused", { "sexton.dev/inject": "false", "sexton.dev/profile": "full" }, nonRoot),
];

const readme = readFileSync(join(k8s, "README.md"), "utf8");
/** The last column of the table of profiles. */
const levels = [...readme.matchAll(/^\| \[([\w-]+)\]\(profiles\/.*\| `(\w+)`[^|]*\|$/gm)].map(
  ([, name = "", level]) => [name, level as Level] as const,
);

describeWith("kubectl", "k8s/component", () => {
  const folder = mkdtempSync(join(tmpdir(), "sexton-kustomize-"));
  let built: ReadonlyMap<string, Built> = new Map();
  const pod = (name: string) => built.get(name)?.spec.template.spec as IPodSpec;
  const sexton = (name: string): IContainer | undefined => pod(name).initContainers?.[0];

  beforeAll(async () => {
    // Beside it and not linked to: kustomize takes a component by its path.
    cpSync(k8s, join(folder, "k8s"), { recursive: true });
    writeFileSync(join(folder, "web.yaml"), resources.map((each) => JSON.stringify(each)).join("\n---\n"));
    const watched = {
      spec: {
        template: { spec: { initContainers: [{ name: "sexton", volumeMounts: [{ name: "a", mountPath: "/a" }] }] } },
      },
    };
    const kustomization = {
      resources: ["web.yaml"],
      components: ["k8s/component"],
      images: [{ name: "sexton", newName: "example.com/sexton", newTag: "9" }],
      patches: [{ patch: JSON.stringify({ ...resources[0], ...watched }), target: { name: "plain" } }],
    };
    writeFileSync(join(folder, "kustomization.yaml"), JSON.stringify(kustomization));
    const { exitCode, stdout, stderr } = await runTool("kubectl", ["kustomize", "."], folder);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    built = new Map(objectsOf(stdout).map((object) => [object.metadata?.name ?? "", object as Built]));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("what comes out is what Kubernetes accepts", async () => {
    expect(built.size).toBe(resources.length);
    for (const object of built.values()) validate(object);
    expect(await typeErrors([...built.values()].map(typed))).toEqual([]);
  });

  test("who did not ask is left as it was", () => {
    for (const name of ["not-asked", "refused"]) {
      const given = resources.find(({ metadata }) => metadata.name === name);
      expect(pod(name)).toEqual(given?.spec.template.spec as IPodSpec);
    }
  });

  test.each(resources.map(({ metadata }) => metadata.name).filter((name) => !["not-asked", "refused"].includes(name)))(
    "%s has the container of sidecar.yaml, first of all, in a shared PID namespace",
    (name) => {
      expect(pod(name).shareProcessNamespace).toBe(true);
      const injected = sexton(name) as IContainer;
      expect(common(injected)).toEqual({ ...common(sidecar()), image: "example.com/sexton:9" });
      expect(injected.env?.find((each) => each.name === "SEXTON_WATCH")?.valueFrom?.fieldRef).toEqual({
        fieldPath: "metadata.annotations['sexton.dev/watch']",
      });
    },
  );

  test("other init containers come after it, and a patch of the app's own mounts what it watches", () => {
    expect(pod("with-init").initContainers?.map(({ name }) => name)).toEqual(["sexton", "first"]);
    expect(sexton("plain")?.volumeMounts).toEqual([{ name: "a", mountPath: "/a" }]);
  });

  test.each([...profiles().keys()])("the profile %s is what an annotation asks for", (name) => {
    const { runAsUser, runAsGroup, ...rest } = profiles().get(name) ?? {};
    const context = name === "signal" ? rest : { runAsUser, runAsGroup, ...rest };
    expect(sexton(name)?.securityContext).toEqual(context as object);
    expect(pod(name).hostUsers).toBe((name === "userns" ? false : undefined) as boolean);
  });

  test("without a profile, or with one that there is none of, it is signal", () => {
    for (const name of ["plain", "mistyped"])
      expect(sexton(name)?.securityContext).toEqual(sexton("signal")?.securityContext as object);
  });

  test.each(levels)("Pod Security of the profile %s: %s, as k8s/README.md says", (name, level) => {
    expect(podSecurity(pod(name)).level).toBe(level);
  });
});

describeWith("kubectl", "k8s/monitoring", () => {
  test("kubectl apply -k takes the rules, the monitor, and the dashboard as a ConfigMap for Grafana", async () => {
    const { exitCode, stdout, stderr } = await runTool("kubectl", ["kustomize", "k8s/monitoring"], join(k8s, ".."));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const objects = objectsOf(stdout);
    expect(objects.map(({ kind }) => kind).sort()).toEqual(["ConfigMap", "PodMonitor", "PrometheusRule"]);
    const map = objects.find(({ kind }) => kind === "ConfigMap") as KubernetesObject & { data: Record<string, string> };
    expect(map.metadata).toMatchObject({ name: "sexton-dashboard", labels: { grafana_dashboard: "1" } });
    expect(JSON.parse(map.data["sexton.json"] ?? "")).toHaveProperty("uid", "sexton");
  });
});
