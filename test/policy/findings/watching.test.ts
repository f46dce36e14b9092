import { expect, test } from "bun:test";
import { watchingFindings } from "#policy/findings/watching.ts";

const well = { mechanism: "aio" as const, watched: 9, swept: 0 };

test.each([
  ["all is well", null, well, []],
  ["there is no FFI", "no JIT", { ...well, mechanism: "sweep" as const, swept: 9 }, ["reduced-mode"]],
  ["there is no AIO", null, { ...well, mechanism: "timer" as const }, ["exits-polled"]],
  ["descriptors are short", null, { ...well, swept: 3 }, ["processes-swept"]],
])("watchingFindings() where %s", (_, reduced, watch, ids) => {
  const findings = watchingFindings({ reduced, watch });
  expect(findings.map(({ id }) => id as string)).toEqual(ids);
  for (const { fix } of findings) expect(fix).toMatch(/^[A-Z].+\.$/);
});
