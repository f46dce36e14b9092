import { describe, expect, test } from "bun:test";
import { type Pod, parseLogFolder, podLabel, podMatches } from "#process/pod.ts";

const uid = "6f1d0c3a-2b44-4a6e-9a57-0d1b7c9e2f10";
const staticUid = "0123456789abcdef0123456789abcdef";

describe("parseLogFolder()", () => {
  test.each([
    ["a pod's", `default_web-1_${uid}`, "default", "web-1", uid],
    ["a static pod's", `kube-system_etcd-node.example_${staticUid}`, "kube-system", "etcd-node.example", staticUid],
  ])("reads %s", (_, folder, namespace, name, found) => {
    expect(parseLogFolder(folder)).toEqual({ uid: found, names: { namespace, name } });
  });

  test.each([
    "",
    "default",
    "default_web-1",
    `default_web-1_${uid}x`,
    `_web-1_${uid}`,
    `default__${uid}`,
    `default_web_1_${uid}`,
    `Default_web_${uid}`,
    `../default_web_${uid}`,
    "default_web_6f1d0c3a",
  ])("is null for %j", (folder) => {
    expect(parseLogFolder(folder)).toBeNull();
  });
});

const named: Pod = { uid, name: "web-1", namespace: "default" };
const unnamed: Pod = { uid, name: null, namespace: null };

test.each([
  [named, "web-1", true],
  [named, "default/web-1", true],
  [named, uid, true],
  [named, uid.slice(0, 8), true],
  [named, "web", false],
  [named, "shop/web-1", false],
  [named, "", false],
  [unnamed, uid, true],
  [unnamed, "null", false],
  [unnamed, "web-1", false],
  [null, "web-1", false],
] as const)("podMatches(%j, %j) is %p", (pod, text, expected) => {
  expect(podMatches(pod, text)).toBe(expected);
});

test("podLabel() is there where a name is", () => {
  expect([podLabel(named), podLabel(unnamed), podLabel(null)]).toEqual(["default/web-1", null, null]);
});
