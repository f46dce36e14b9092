import { expect, test } from "bun:test";
import { Deployment } from "kubernetes-models/apps/v1";
import { resourceAttributes } from "#telemetry/otlp/resource.ts";
import { manifests } from "../../support/pod/manifests.ts";

const pod = {
  POD_NAME: "web-1",
  POD_NAMESPACE: "shop",
  POD_UID: "11-22",
  POD_IP: "10.0.0.7",
  NODE_NAME: "n1",
  CONTAINER_NAME: "sexton",
};
const of = (env: Record<string, string>, given: Record<string, string> = {}) =>
  resourceAttributes(env, "1.2.3", given, () => "random");

test("resourceAttributes() knows itself where nothing is handed in", () => {
  expect(of({})).toEqual({
    "service.name": "sexton",
    "service.version": "1.2.3",
    "service.instance.id": "random",
  });
});

test("resourceAttributes() takes the pod from the downward API", () => {
  expect(of(pod)).toEqual({
    "service.name": "sexton",
    "service.version": "1.2.3",
    "service.instance.id": "shop.web-1.sexton",
    "k8s.pod.name": "web-1",
    "k8s.namespace.name": "shop",
    "k8s.pod.uid": "11-22",
    "k8s.pod.ip": "10.0.0.7",
    "k8s.node.name": "n1",
    "k8s.container.name": "sexton",
  });
});

test("resourceAttributes() lets what was given win, and OTEL_SERVICE_NAME over that", () => {
  const given = { "service.name": "given", "k8s.node.name": "other", team: "a" };
  expect(of(pod, given)).toMatchObject(given);
  expect(of({ ...pod, OTEL_SERVICE_NAME: "named" }, given)).toMatchObject({ "service.name": "named", team: "a" });
});

test("resourceAttributes() makes the instance of what it has", () => {
  expect(of({ POD_UID: "11-22", CONTAINER_NAME: "c" })["service.instance.id"]).toBe("11-22.c");
  expect(of({ POD_NAME: "web-1", POD_NAMESPACE: "shop" })["service.instance.id"]).toBe("shop.web-1");
  expect(of({ POD_NAME: "web-1", POD_NAMESPACE: "" })["service.instance.id"]).toBe("random");
});

test("k8s/sidecar.yaml hands in all that resourceAttributes() takes", () => {
  const deployment = manifests()
    .get("sidecar.yaml")
    ?.find(({ kind }) => kind === "Deployment");
  const containers = new Deployment(deployment as never).spec?.template.spec?.initContainers;
  const names = containers?.find(({ name }) => name === "sexton")?.env?.map(({ name }) => name) ?? [];
  const handed = names.filter((name) => name in pod);
  expect(handed.sort()).toEqual(Object.keys(pod).sort());
});
