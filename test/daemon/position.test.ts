import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isNodePosition } from "#daemon/position.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { hexId } from "../support/processes.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sexton-proc-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const id = hexId("sexton");
const uid = "6f1d0c3a-2b44-4a6e-9a57-0d1b7c9e2f10";
const machine = { selfPid: 7, initialNamespace: true, command: null };

function isNode(own: string, first: string, wanted: "auto" | "pod" | "node" = "auto", around = machine): boolean {
  for (const [name, path] of [
    ["self", own],
    ["1", first],
  ] as const) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, "cgroup"), `0::${path}\n`);
  }
  return isNodePosition(procRoot(folder), wanted, around);
}

test.each([
  ["a container, host cgroups", `/kubepods/pod${uid}/${id}`, "/init.scope", true],
  ["a container of docker", `/docker/${id}`, "/", true],
  ["a container, private cgroups", "/", "/../../../../init.scope", true],
  ["a service of the machine", "/system.slice/sexton.service", "/init.scope", false],
  ["a session", "/user.slice/user-0.slice/session-1.scope", "/init.scope", false],
  ["a machine without cgroups", "/", "/", false],
])("isNodePosition() in %s", (_, own, first, expected) => {
  expect(isNode(own, first)).toBe(expected);
});

test("it is what the configuration says, and else nothing but the machine's own namespace", () => {
  const [own, first] = [`/docker/${id}`, "/"];
  expect(isNode(own, first, "pod")).toBe(false);
  expect(isNode("/", "/", "node", { ...machine, initialNamespace: false })).toBe(true);
  expect(isNode(own, first, "auto", { ...machine, initialNamespace: false })).toBe(false);
  expect(isNode(own, first, "auto", { ...machine, command: 8 as never })).toBe(false);
});
