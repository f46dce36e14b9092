import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { IPodSpec } from "kubernetes-models/v1";
import { parse } from "yaml";
import { configKeys } from "#config/keys.ts";
import { loadConfig } from "#config/load.ts";
import { profiles as apps } from "#policy/profiles.ts";
import packageJson from "../../package.json";
import { type KubernetesObject, manifests, profiles } from "../support/pod/manifests.ts";
import { type Level, podSecurity } from "./support/pod-security.ts";
import { type Typed, typed, typeErrors, validate } from "./support/schema.ts";
import { podOf } from "./support/sidecar.ts";

const k8s = join(import.meta.dir, "../../k8s");

/** What the Prometheus operator adds to Kubernetes: monitoring.test.ts looks at these. */
const isForeign = ({ apiVersion }: KubernetesObject) => apiVersion.startsWith("monitoring.coreos.com/");
const all = [...manifests()].map(([file, objects]) => ({ file, objects: objects.filter((each) => !isForeign(each)) }));
const files = all.map(({ file }) => file);

type Workload = KubernetesObject & { readonly spec: { readonly template: { readonly spec: IPodSpec } } };
const workloads = all.flatMap(({ file, objects }) =>
  objects
    .filter((object): object is Workload => "template" in ((object as { spec?: object }).spec ?? {}))
    .map((object) => ({ file, pod: object.spec.template.spec })),
);

test("k8s/ holds what k8s/README.md names", () => {
  expect(files).toEqual([
    "daemonset.yaml",
    "examples/haproxy.yaml",
    "examples/nginx.yaml",
    "examples/postgres.yaml",
    "examples/prometheus.yaml",
    "init.yaml",
    "inject/policy.yaml",
    "monitoring/podmonitor.yaml",
    "monitoring/rules.yaml",
    "sidecar.yaml",
  ]);
  expect(workloads.map(({ file }) => file)).toHaveLength(7);
});

test.each(all)("k8s/$file has values of the right types", ({ objects }) => {
  for (const object of objects) validate(object);
});

test("no manifest has a field that does not exist, and one that is misspelt is found", async () => {
  const securityContexts = [...profiles().values()].map(
    (object): Typed => ({ from: "kubernetes-models/v1", type: "SecurityContext", object }),
  );
  const misspelt = { apiVersion: "v1", kind: "Pod", spec: { containers: [], shareProcessNamespaces: true } };
  // What the comment in init.yaml says to put in the place of its emptyDir.
  const [, commented = ""] = /emptyDir\n#\n((?:# {3}.*\n)+)/.exec(readFileSync(join(k8s, "init.yaml"), "utf8")) ?? [];
  const [object] = parse(commented.replace(/^#/gm, ""));
  expect(object).toEqual({ name: "sexton", image: { reference: `sexton:${packageJson.version}` } });
  const volume: Typed = { from: "kubernetes-models/v1", type: "Volume", object };
  const objects = [...all.flatMap(({ objects }) => objects.map(typed)), ...securityContexts, volume];
  const errors = await typeErrors([...objects, typed(misspelt)]);
  expect(errors).toEqual([expect.stringMatching(new RegExp(`^${objects.length}: .*shareProcessNamespaces`))]);
});

test.each(all)("k8s/$file runs the version of this repository", ({ objects }) => {
  const images = JSON.stringify(objects).match(/"sexton:[^"]*"/g) ?? [];
  for (const image of images) expect(image.replaceAll("\\", "")).toBe(`"sexton:${packageJson.version}"`);
});

/** Each container that is sexton, or has it in front, with the settings that its variables and its file come to. */
const agents = workloads.flatMap(({ file, pod }) =>
  [...(pod.initContainers ?? []), ...pod.containers]
    .filter(({ name, command }) => name === "sexton" || command?.includes("init"))
    .map((container) => ({ file, pod, container })),
);

test.each(agents)("k8s/$file: sexton takes its settings", async ({ file, container }) => {
  const env = Object.fromEntries((container.env ?? []).map(({ name, value = "" }) => [name, value]));
  const known = new Set(["SEXTON_CONFIG", ...configKeys.map(({ variable }) => variable)]);
  for (const name of Object.keys(env).filter((name) => name.startsWith("SEXTON_"))) expect(known).toContain(name);
  const data = all.find((each) => each.file === file)?.objects as readonly { data?: Record<string, string> }[];
  const text = data.flatMap(({ data }) => data?.["sexton.yaml"] ?? [])[0];
  const loaded = await loadConfig({
    file: env["SEXTON_CONFIG"] === undefined || text === undefined ? null : { path: "/etc/sexton/sexton.yaml", text },
    env,
    flags: {},
    profiles: apps.map(({ name }) => name),
  });
  expect(env["SEXTON_CONFIG"] === undefined).toBe(text === undefined);
  const { probes, watch } = loaded.config;
  expect(probes).toEqual(expect.objectContaining({ port: 9098 }));
  // What is watched is mounted, as a whole.
  const mounts = container.volumeMounts ?? [];
  for (const { paths } of watch.watches)
    for (const path of paths)
      expect(mounts.find(({ mountPath }) => mountPath === path)).toMatchObject({ readOnly: true });
  for (const mount of mounts) expect(mount).not.toHaveProperty("subPath");
});

const levels: readonly (readonly [string, Level])[] = [
  ["daemonset.yaml", "privileged"],
  ["examples/haproxy.yaml", "restricted"],
  ["examples/nginx.yaml", "restricted"],
  ["examples/postgres.yaml", "restricted"],
  ["examples/prometheus.yaml", "restricted"],
  ["init.yaml", "restricted"],
  ["sidecar.yaml", "restricted"],
];

test.each(levels)("k8s/%s passes Pod Security %s", (file, level) => {
  const pod = workloads.find((each) => each.file === file)?.pod;
  expect(pod && podSecurity(pod).level).toBe(level);
});

test("sidecar.yaml and the examples use the profile signal: one UID and GID for the pod", () => {
  for (const { pod, container } of agents.filter(({ file }) => /^(sidecar|examples)/.test(file))) {
    const { runAsUser, runAsGroup } = pod.securityContext ?? {};
    expect(runAsUser).toBeGreaterThan(0);
    expect(runAsGroup).toBe(runAsUser as number);
    expect(pod.shareProcessNamespace).toBe(true);
    expect(container.restartPolicy).toBe("Always");
    const { fsGroup: _, ...context } = { ...pod.securityContext, ...container.securityContext };
    expect(context).toEqual({ ...profiles().get("signal"), runAsUser, runAsGroup } as object);
    for (const { securityContext } of pod.containers) expect(securityContext).not.toHaveProperty("runAsUser");
  }
});

test("sidecar.yaml is a whole Deployment, daemonset.yaml has the node's processes and may do nothing to them", () => {
  expect(podOf("sidecar.yaml").initContainers?.map(({ name }) => name)).toEqual(["sexton"]);
  const pod = workloads.find(({ file }) => file === "daemonset.yaml")?.pod;
  expect(pod).toMatchObject({ hostPID: true, securityContext: { runAsUser: 65532 } });
  expect(pod?.containers[0]?.securityContext?.capabilities).toEqual({ drop: ["ALL"] });
  expect(pod && podSecurity(pod).broken).toEqual(["host namespaces", "hostPath", "volume types"]);
});
