import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { IContainer, IPodSpec } from "kubernetes-models/v1";
import { type KubernetesObject, manifests, profiles } from "../support/pod/manifests.ts";
import injected from "./inject/injected.json";
import pods from "./inject/pods.json";
import { policy } from "./inject/policy.ts";
import { podSecurity } from "./support/pod-security.ts";
import { typed, typeErrors, validate } from "./support/schema.ts";
import { common, sidecar } from "./support/sidecar.ts";

type Outcome = {
  readonly name: string;
  readonly failedCondition?: string;
  readonly error?: string;
  readonly matchesAgain: boolean;
  readonly pod?: KubernetesObject & { readonly spec: IPodSpec };
};
const outcomes = new Map((injected.outcomes as unknown as Outcome[]).map((each) => [each.name, each]));
const specOf = (name: string) => outcomes.get(name)?.pod?.spec as IPodSpec;
const sextonOf = (name: string) => specOf(name).initContainers?.[0] as IContainer;
const named = ["user-of-the-pod", "user-of-the-target", "user-of-annotations"];
const taken = ["plain", ...named];

test("what the API server makes of pods was written with the policy as it is: else test/k8s/inject/policy_test.go", () => {
  expect(injected.policy).toBe(createHash("sha256").update(policy).digest("hex"));
  expect([...outcomes.keys()]).toEqual(pods.map(({ metadata }) => metadata.name));
});

test("a pod that has sexton is what Kubernetes accepts, and is left alone when it comes by again", async () => {
  const made = [...outcomes.values()].flatMap(({ pod }) => pod ?? []);
  expect([...outcomes.values()].filter(({ pod }) => pod).map(({ name }) => name)).toEqual(taken);
  for (const pod of made) validate(pod);
  expect(await typeErrors(made.map(typed))).toEqual([]);
  for (const name of taken) expect(outcomes.get(name)?.matchesAgain).toBe(false);
});

test.each([
  ["there-as-a-container", "not-there-yet"],
  ["there-as-a-sidecar", "not-there-yet"],
  ["host-pid", "not-host-pid"],
  ["not-shared", "not-refused"],
  ["windows", "linux"],
])("%s is left as it was, by the condition %s", (name, condition) => {
  expect(outcomes.get(name)).toEqual({ name, failedCondition: condition, matchesAgain: false });
});

test.each([
  ["no-such-target", "index out of bounds"],
  ["no-number", "type conversion error"],
])("%s is an error, by which the pod starts without sexton", (name, error) => {
  expect(outcomes.get(name)?.error).toContain(error);
  expect(manifests().get("inject/policy.yaml")?.[0]).toHaveProperty("spec.failurePolicy", "Ignore");
});

test.each(taken)("%s has the container of sidecar.yaml, first of all, in a shared PID namespace", (name) => {
  expect(specOf(name).shareProcessNamespace).toBe(true);
  expect(common(sextonOf(name))).toEqual(common(sidecar()));
});

test("the UID is the one that annotations, the target or the pod name, in this order; else the image's own", () => {
  const { runAsUser: _, runAsGroup: __, ...locked } = profiles().get("signal") ?? {};
  const contextOf = (name: string) => sextonOf(name).securityContext as object;
  expect(contextOf("plain")).toEqual(locked);
  expect(contextOf("user-of-the-pod")).toEqual({ ...locked, runAsUser: 101, runAsGroup: 102 });
  expect(contextOf("user-of-the-target")).toEqual({ ...locked, runAsUser: 0, runAsNonRoot: false });
  expect(contextOf("user-of-annotations")).toEqual({ ...locked, runAsUser: 33, runAsGroup: 34 });
  expect(podSecurity(specOf("user-of-the-pod")).level).toBe("restricted");
});

test("the target is the one that is named, else the first; what is watched is mounted, and nothing else", () => {
  const valueIn = (name: string, variable: string) => sextonOf(name).env?.find((each) => each.name === variable)?.value;
  expect(valueIn("plain", "SEXTON_TARGET_CONTAINER")).toBe("app");
  expect(valueIn("user-of-the-target", "SEXTON_TARGET_CONTAINER")).toBe("web");
  expect(valueIn("user-of-the-pod", "SEXTON_WATCH")).toBe("config=/sexton/volumes/config,target=app");
  expect(sextonOf("user-of-the-pod").volumeMounts).toEqual([
    { name: "config", mountPath: "/sexton/volumes/config", readOnly: true },
  ]);
  expect(sextonOf("plain")).not.toHaveProperty("volumeMounts");
  expect(specOf("user-of-the-pod").initContainers?.map(({ name }) => name)).toEqual(["sexton", "first"]);
});
