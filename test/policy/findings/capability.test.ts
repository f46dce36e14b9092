import { expect, test } from "bun:test";
import { capabilityNames, hasCapability, hidepidOf } from "#policy/findings/capability.ts";

test.each([
  [0n, []],
  [1n << 5n, ["KILL"]],
  [(1n << 2n) | (1n << 19n) | (1n << 40n), ["DAC_READ_SEARCH", "SYS_PTRACE", "CHECKPOINT_RESTORE"]],
  [1n << 63n, ["63"]],
])("capabilityNames(%p)", (mask, names) => {
  expect(capabilityNames(mask)).toEqual(names);
});

test("hasCapability() looks at the right bit", () => {
  expect(hasCapability(1n << 19n, "SYS_PTRACE")).toBe(true);
  expect(hasCapability(~(1n << 19n) & 0x1ffffffffffn, "SYS_PTRACE")).toBe(false);
});

test.each([
  ["rw,nosuid", null],
  ["rw,hidepid=0", null],
  ["rw,hidepid=off", null],
  ["rw,hidepid=2,gid=4", "hidepid=2"],
  ["rw,hidepid=invisible", "hidepid=invisible"],
  ["rw,subset=pid", null],
])("hidepidOf(%p)", (options, hidden) => {
  expect(hidepidOf(options)).toBe(hidden);
});
