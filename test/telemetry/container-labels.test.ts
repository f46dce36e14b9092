import { expect, test } from "bun:test";
import { containerLabels, placeLabels, plainLabel, readPlace } from "#telemetry/container-labels.ts";

const container = (key: string, name: string | null, id: string | null = key.repeat(64)) => ({
  key,
  id,
  name,
  pod: null,
});

test("containerLabels() are names, ids where there are none, and both where a name is not enough", () => {
  const labels = containerLabels([
    container("a", "web"),
    container("b", null),
    container("c", "db"),
    container("d", "db"),
    container("/sexton", null, null),
  ]);
  expect(Object.fromEntries(labels)).toEqual({
    a: "web",
    b: "bbbbbbbbbbbb",
    c: "db cccccccccccc",
    d: "db dddddddddddd",
    "/sexton": "/sexton",
  });
});

test("plainLabel() is that of a container alone", () => {
  expect(plainLabel(container("a", "web"))).toBe("web");
  expect(plainLabel(container("b", null))).toBe("bbbbbbbbbbbb");
});

test("containers of a node's pods have the pod beside their own name, and the id too where that is not enough", () => {
  const of = (key: string, name: string | null, pod: string) => ({
    ...container(key, name),
    pod: { uid: `uid-${pod}`, name: pod, namespace: "shop" },
  });
  const labels = containerLabels([of("a", "app", "web-1"), of("b", "app", "web-2"), of("c", "app", "web-2")]);
  const shop = { namespace: "shop" };
  expect([...labels.values()].map(placeLabels)).toEqual([
    { container: "app", pod: "web-1", ...shop },
    { container: "app bbbbbbbbbbbb", pod: "web-2", ...shop },
    { container: "app cccccccccccc", pod: "web-2", ...shop },
  ]);
  expect(readPlace(labels.get("a") ?? "")).toEqual({ container: "app", pod: { name: "web-1", namespace: "shop" } });
  const unnamed = { ...container("d", "app"), pod: { uid: "u", name: null, namespace: null } };
  expect([placeLabels(plainLabel(unnamed)), placeLabels("")]).toEqual([{ container: "app" }, { container: "" }]);
});
