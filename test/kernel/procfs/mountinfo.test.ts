import { describe, expect, test } from "bun:test";
import { type Mount, parseMountinfo, readMountinfo } from "#kernel/procfs/mountinfo.ts";
import { gone } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";

const captured = procRoot("test/fixtures/proc/nginx-under-shell");
const uid = "0b3f3c1e-7d7f-4e0e-9d2a-0c8a4c1f2b11";

describe("parseMountinfo()", () => {
  test("reads a line without optional fields", () => {
    expect(parseMountinfo("22 27 0:21 / /proc rw,relatime - proc proc rw\n")).toEqual([
      {
        root: "/",
        mountPoint: "/proc",
        options: "rw,relatime",
        filesystem: "proc",
        source: "proc",
        superOptions: "rw",
      },
    ]);
  });

  test.each(["shared:1", "shared:1 master:2", "shared:1 master:2 propagate_from:3 unbindable"])(
    "skips the optional fields %s",
    (optional) => {
      const [mount] = parseMountinfo(`1 2 8:1 /a /b rw,nosuid ${optional} - ext4 /dev/sda1 rw,errors=continue`);
      expect(mount).toEqual({
        root: "/a",
        mountPoint: "/b",
        options: "rw,nosuid",
        filesystem: "ext4",
        source: "/dev/sda1",
        superOptions: "rw,errors=continue",
      });
    },
  );

  test("reads the kubelet's mount of a termination message", () => {
    const root = `/var/lib/kubelet/pods/${uid}/containers/web/1a2b3c4d`;
    const [mount] = parseMountinfo(`830 812 8:1 ${root} /dev/termination-log rw,relatime - ext4 /dev/sda1 rw\n`);
    expect(mount?.root).toBe(root);
  });

  test("decodes space, tab, newline and backslash in root, mount point and source", () => {
    const [mount] = parseMountinfo("1 2 0:1 /a\\040b /c\\011d\\012e rw - tmpfs f\\134g rw");
    expect(mount).toMatchObject({ root: "/a b", mountPoint: "/c\td\ne", source: "f\\g" });
  });

  test("decodes each escape once: a name that holds `\\040` itself keeps it", () => {
    expect(parseMountinfo("1 2 0:1 / /a\\134040 rw - tmpfs t rw")[0]?.mountPoint).toBe("/a\\040");
  });

  test("reads an overlay with 500 layers", () => {
    const layers = Array.from({ length: 500 }, (_, index) => `/var/lib/overlay/${index}/fs`).join(":");
    const [mount] = parseMountinfo(`1 2 0:1 / / ro - overlay overlay ro,lowerdir=${layers},upperdir=/u,workdir=/w`);
    expect(mount?.superOptions).toBe(`ro,lowerdir=${layers},upperdir=/u,workdir=/w`);
  });

  test("keeps an empty source", () => {
    expect(parseMountinfo("1 2 0:1 / /t rw - tmpfs  rw")[0]).toMatchObject({ source: "", superOptions: "rw" });
  });

  test.each(["", "\n", "garbage", "1 2 0:1 / /t rw", "1 2 0:1 /"])("finds no mount in %j", (text) => {
    expect(parseMountinfo(text)).toEqual([]);
  });
});

describe("readMountinfo()", () => {
  test("reads captured mounts with spaces, a dash between spaces and a backslash, and an overlay", () => {
    const mounts = readMountinfo(captured, 2) as Mount[];
    expect(mounts.map(({ filesystem }) => filesystem)).toEqual([
      "ext4",
      "proc",
      "sysfs",
      "devtmpfs",
      "devpts",
      "devpts",
      "proc",
      "tmpfs",
      "tmpfs",
      "overlay",
    ]);
    expect(mounts[7]).toMatchObject({
      mountPoint: "/tmp/app/m/a - b\\c",
      source: "odd source",
      options: "rw,relatime",
    });
    expect(mounts[9]?.superOptions).toMatch(/^rw,lowerdir=(\/tmp\/app\/m\/o\/layers\/\d+[:,]){60}upperdir=/);
  });

  test("reads this very process", () => {
    const mounts = readMountinfo(procRoot(), "self") as Mount[];
    expect(mounts).toContainEqual(expect.objectContaining({ mountPoint: "/proc", filesystem: "proc" }));
  });

  test("says gone for a pid that is not there", () => {
    expect(readMountinfo(captured, 4_194_303)).toBe(gone);
  });
});
