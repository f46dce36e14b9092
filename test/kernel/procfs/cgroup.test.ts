import { describe, expect, test } from "bun:test";
import { type CgroupLine, parseCgroup, readCgroup } from "#kernel/procfs/cgroup.ts";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";

describe("parseCgroup()", () => {
  test("reads the one line of cgroup v2", () => {
    expect(parseCgroup("0::/../abc\n")).toEqual([{ hierarchy: 0, controllers: [], path: "/../abc" }]);
  });

  test("reads the lines of cgroup v1 with their controllers", () => {
    expect(parseCgroup("12:cpu,cpuacct:/a\n1:name=systemd:/b\n0::/c\n")).toEqual([
      { hierarchy: 12, controllers: ["cpu", "cpuacct"], path: "/a" },
      { hierarchy: 1, controllers: ["name=systemd"], path: "/b" },
      { hierarchy: 0, controllers: [], path: "/c" },
    ]);
  });

  test("keeps the colons of a path", () => {
    const path = "/system.slice/containerd.service/kubepods-podx.slice:cri-containerd:0123";
    expect(parseCgroup(`5:pids:${path}\n0::${path}\n`).map((line) => line.path)).toEqual([path, path]);
  });

  test("keeps what the kernel adds to the path of a removed group", () => {
    expect(parseCgroup("0::/gone (deleted)\n")[0]?.path).toBe("/gone (deleted)");
  });

  test.each(["", "\n", "garbage", "0:", "::/a", "x::/a", "-1::/a"])("finds no line in %j", (text) => {
    expect(parseCgroup(text)).toEqual([]);
  });
});

describe("readCgroup()", () => {
  test("reads captured lines of a machine with both versions, the unified one among them", () => {
    const lines = readCgroup(procRoot("test/fixtures/proc/nginx-under-shell"), 2) as CgroupLine[];
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toEqual({ hierarchy: 0, controllers: [], path: "/" });
    expect(lines).toContainEqual({ hierarchy: 9, controllers: ["name=systemd"], path: "/" });
  });

  test("reads this very process, by number and as self", () => {
    const own = readCgroup(procRoot(), process.pid) as CgroupLine[];
    expect(own.length).toBeGreaterThan(0);
    expect(readCgroup(procRoot(), "self")).toEqual(own);
  });

  test("says gone for a pid that is not there", () => {
    expect(readCgroup(procRoot(), 4_194_304)).toBe(gone);
  });
});
