import { describe, expect, test } from "bun:test";
import { below, cgroupPath, directoriesOf, fromTop, pidsMembership, pidsMounts } from "#kernel/cgroup-path.ts";
import { parseCgroup } from "#kernel/procfs/cgroup.ts";
import { parseMountinfo } from "#kernel/procfs/mountinfo.ts";

const path = cgroupPath;

describe("below()", () => {
  test.each([
    ["/", "/", ""],
    ["/kubepods/pod1/a", "/", "kubepods/pod1/a"],
    ["/kubepods/pod1/a", "/kubepods/pod1/a", ""],
    ["/kubepods/pod1/a", "/kubepods/pod1/b", null],
    ["/kubepods/pod10", "/kubepods/pod1", null],
    // In a private cgroup namespace: a sibling in its own mount, in the pod's, and by mounts that do not tell enough.
    ["/../id", "/../id", ""],
    ["/../id", "/..", "id"],
    ["/../id", "/", null],
    ["/../id", "/../../..", null],
    ["/", "/..", null],
  ])("%s of a mount of %s is %p", (inner, top, rest) => {
    expect(below(path(inner), path(top))?.join("/") ?? null).toBe(rest);
  });
});

describe("fromTop()", () => {
  const own = path("/kubepods/burstable/pod1/self");
  test.each([
    ["/", "kubepods/burstable/pod1/self"],
    ["/sub", "kubepods/burstable/pod1/self/sub"],
    ["/../peer", "kubepods/burstable/pod1/peer"],
    ["/../../pod2/x", "kubepods/burstable/pod2/x"],
    ["/../../../..", ""],
    ["/../../../../../../..", ""],
  ])("%s is %p", (seen, whole) => {
    expect(fromTop(path(seen), own).join("/")).toBe(whole);
  });
});

describe("pidsMembership()", () => {
  test.each([
    ["cgroup v2", "0::/../id", { version: 2, path: ["..", "id"] }],
    [
      "a hybrid machine",
      "8:pids:/docker/id\n3:cpu,cpuacct:/docker/id\n0::/other",
      { version: 1, path: ["docker", "id"] },
    ],
    ["controllers that are mounted together", "4:cpu,pids:/a\n", { version: 1, path: ["a"] }],
    ["cgroup v1 without the controller", "3:cpu:/a\n", null],
    ["a cgroup that was removed", "0::/pod/id (deleted)", null],
    ["nothing", "", null],
  ] as const)("of %s", (_, text, membership) => {
    expect(pidsMembership(parseCgroup(text))).toEqual(membership as never);
  });
});

describe("directoriesOf()", () => {
  const lines = [
    "31 30 0:36 /libpod_parent/pod/libpod-a /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids",
    "32 30 0:39 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu",
    "33 30 0:40 / /host/sys/fs/cgroup/pids ro - cgroup cgroup rw,pids",
    "34 30 0:41 /../.. /sys/fs/cgroup ro - cgroup2 cgroup2 rw",
  ];
  const mounts = (...chosen: number[]) => parseMountinfo(chosen.map((index) => lines[index]).join("\n"));
  const shown = (text: string, version: 1 | 2, ...chosen: number[]) =>
    directoriesOf(path(text), pidsMounts(mounts(...chosen), version)).map(
      ({ path, directory }) => `${path.join("/")} at ${directory}`,
    );

  test("are the cgroup's own alone where the mount shows no more", () => {
    expect(shown("/libpod_parent/pod/libpod-a", 1, 0, 1)).toEqual([
      "libpod_parent/pod/libpod-a at /sys/fs/cgroup/pids",
    ]);
  });

  test("go up to the top by the mount that shows most", () => {
    expect(shown("/libpod_parent/pod/libpod-a", 1, 0, 1, 2)).toEqual([
      "libpod_parent/pod/libpod-a at /host/sys/fs/cgroup/pids/libpod_parent/pod/libpod-a",
      "libpod_parent/pod at /host/sys/fs/cgroup/pids/libpod_parent/pod",
      "libpod_parent at /host/sys/fs/cgroup/pids/libpod_parent",
      " at /host/sys/fs/cgroup/pids",
    ]);
  });

  test("are none where the mount is of another hierarchy, or shows another cgroup", () => {
    expect(shown("/libpod_parent/pod/libpod-b", 1, 0, 1, 3)).toEqual([]);
    expect(shown("/libpod_parent/pod/libpod-a", 2, 0, 1, 2)).toEqual([]);
    expect(shown("/../../x", 2, 3)).toEqual(["../../x at /sys/fs/cgroup/x", "../.. at /sys/fs/cgroup"]);
  });
});
