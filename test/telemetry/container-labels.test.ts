import { expect, test } from "bun:test";
import { containerLabels, plainLabel } from "#telemetry/container-labels.ts";

const container = (key: string, name: string | null, id: string | null = key.repeat(64)) => ({
  key,
  id,
  name,
  podUid: null,
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
