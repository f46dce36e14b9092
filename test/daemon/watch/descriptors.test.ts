import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shareDescriptors } from "#daemon/watch/descriptors.ts";
import { procRoot } from "#kernel/procfs/root.ts";

test.each([
  ["64", { pidfds: 0, oomCounters: 4 }],
  ["1024", { pidfds: 832, oomCounters: 64 }],
  ["20000", { pidfds: 18_872, oomCounters: 1_000 }],
  ["1048576", { pidfds: 1_047_448, oomCounters: 1_000 }],
  ["unlimited", { pidfds: 1_047_448, oomCounters: 1_000 }],
])("of %s descriptors everybody has a share, and some are left", (limit, shares) => {
  const folder = mkdtempSync(join(tmpdir(), "sexton-limits-"));
  mkdirSync(join(folder, String(process.pid)));
  const line = `Max open files            ${limit.padEnd(20)} ${limit.padEnd(20)} files     \n`;
  const title = "Limit                     Soft Limit           Hard Limit           Units     \n";
  writeFileSync(join(folder, String(process.pid), "limits"), title + line);
  expect(shareDescriptors(procRoot(folder))).toEqual(shares);
  rmSync(folder, { recursive: true });
});
