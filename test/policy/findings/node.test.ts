import { expect, test } from "bun:test";
import { type NodeLook, nodeFindings } from "#policy/findings/node.ts";
import type { Container } from "#process/container.ts";
import { tableOf } from "../../support/processes.ts";

const of = (key: string, name: string | null): [string, Container] => {
  const pod = { uid: key, name, namespace: name && "default" };
  return [key, { key, id: key, name: "app", pod }];
};
const table = tableOf([{ pid: 7 }], {}, new Map([of("a", "web-1"), of("b", null), of("c", null)]));
const look = (given: Partial<NodeLook>): NodeLook => ({
  table,
  place: "node",
  namesProblem: null,
  missing: [],
  ...given,
});

test("pods without names are told on a node alone, with why and what to mount", () => {
  const [finding, ...others] = nodeFindings(look({ namesProblem: "Cannot name pods by /var/log/pods: ENOENT" }));
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ id: "pods-unnamed", severity: "info" });
  expect(finding?.seen).toBe("2 of 3 pods are known by their UID alone. Cannot name pods by /var/log/pods: ENOENT.");
  expect(finding?.fix).toContain("hostPath: { path: /var/log/pods");
  expect(nodeFindings(look({ place: "shared" }))).toEqual([]);
});

test("files that /proc lacks are told wherever sexton is, each with what comes of it", () => {
  const [finding] = nodeFindings(look({ place: "shared", missing: ["loadavg", "mountinfo"] }));
  expect(finding).toMatchObject({ id: "proc-incomplete", severity: "warning" });
  expect(finding?.seen).toStartWith("loadavg, mountinfo cannot be read");
  expect(finding?.why).toMatch(/^Without loadavg births .*; without mountinfo containers have no names\.$/);
});
