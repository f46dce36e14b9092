import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Played, playedIn, withTables } from "../../scripts/vm/compatibility.ts";

const top = join(import.meta.dir, "../..");

const played = (suite: string, kernel: string, tells: boolean): Played => ({
  suite,
  day: "2026-01-02",
  facts: {
    system: `Debian ${suite}`,
    kernel,
    cgroup: "pure v2",
    libc: "glibc 2.41",
    arch: "x86_64",
    systemd: "257",
    runtimes: ["crun 1.21"],
    sexton: "sexton 0.1.0",
  },
  outcomes: [
    { name: "it boots", status: "passed", detail: "", seconds: 1 },
    { name: "it tells", status: tells ? "passed" : "failed", detail: "a | b", seconds: 1 },
  ],
  capabilities: { service: { pidfd_open: true, "pidfd-exit-status": tells, "signal-peers": null } },
  notes: [],
  ended: true,
});

test("docs/compatibility.md has what was kept: `npm run test:vm -- --write` writes both", () => {
  const page = readFileSync(join(top, "docs/compatibility.md"), "utf8");
  const kept = playedIn(join(top, "scripts/vm/played"));
  expect(kept.length).toBeGreaterThan(0);
  expect(withTables(page, kept)).toBe(page);
});

test("hosts are in the order of their kernels, and only capabilities that differ have a row", () => {
  const page =
    "before\n<!-- Written by `npm run test:vm -- --write`. A change by hand is lost. -->\nold\n<!-- Until here. -->\nafter\n";
  const kept = [played("sid", "7.10.1-cloud", true), played("trixie", "6.12.107+deb13", false)];
  const text = withTables(page, kept);
  expect(text.startsWith("before\n<!--")).toBe(true);
  expect(text.endsWith("<!-- Until here. -->\nafter\n")).toBe(true);
  expect(text).not.toContain("old");
  expect(text.indexOf("6.12.107+deb13")).toBeLessThan(text.indexOf("7.10.1-cloud"));
  expect(text).toContain("| `pidfd-exit-status` | no | yes |");
  expect(text).not.toContain("| `pidfd_open` |");
  expect(text).toContain("`pidfd_open` yes, `signal-peers` not tried");
  expect(text).toContain("| it tells | failed | yes |");
  expect(text).toContain("| 1 / 1 / 0 |");
  expect(withTables(text, kept)).toBe(text);
});

test("a page without the marks is left alone, with a sentence", () => {
  expect(() => withTables("nothing", [])).toThrow("Cannot write docs/compatibility.md: it lacks a line");
});
