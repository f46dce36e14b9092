import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findSubPath } from "#daemon/content/sub-path.ts";
import { procRoot } from "#kernel/procfs/root.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-sub-path-"));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, "17"));
mkdirSync(join(folder, "self"));

const pod = "/var/lib/kubelet/pods/6b1c7a0c-5b1e-4d50-9a53-3c2d8a1b0f11/volumes";
const generation = "..2026_11_22_14_40_02.123456789";

/** Lines as they were seen in containers of kubelets 1.20 and 1.36; the fourth field is what tells. */
const mountinfo = `2141 2010 0:287 / / rw,relatime - overlay overlay rw,lowerdir=/a
2142 2141 0:290 / /proc rw,nosuid - proc proc rw
2160 2141 8:1 ${pod}/kubernetes.io~configmap/conf /etc/whole ro,relatime - ext4 /dev/sda1 rw
2161 2141 8:1 ${pod}/kubernetes.io~configmap/conf/${generation}/nginx.conf /etc/nginx/nginx.conf ro,relatime - ext4 /dev/sda1 rw
2162 2141 8:1 ${pod}/kubernetes.io~configmap/conf/${generation}/old.conf//deleted /etc/old.conf ro,relatime - ext4 /dev/sda1 rw
2163 2141 0:300 /${generation}/token /run/token ro,relatime - tmpfs tmpfs rw
2164 2141 8:1 /var/lib/kubelet/pods/6b1c/volume-subpaths/data/app/0 /data/site ro,relatime - ext4 /dev/sda1 rw
2165 2141 8:1 ${pod}/kubernetes.io~empty-dir/cache/sub /cache rw,relatime - ext4 /dev/sda1 rw
2166 2141 0:300 /${generation}/hidden /etc/hidden ro,relatime - tmpfs tmpfs rw
2167 2141 8:1 ${pod}/kubernetes.io~configmap/whole /etc/hidden ro,relatime - ext4 /dev/sda1 rw
2168 2141 0:300 /${generation}/a\\040b /etc/a\\040b ro,relatime - tmpfs tmpfs rw
2169 2141 0:301 / /etc/nginx/conf.d rw - tmpfs tmpfs rw
`;
writeFileSync(join(folder, "17", "mountinfo"), mountinfo);
const find = (...paths: string[]) => findSubPath(procRoot(folder), 17, paths);

describe("findSubPath()", () => {
  test.each([
    [
      "a key of a volume",
      "/etc/nginx/nginx.conf",
      "Cannot see updates of /etc/nginx/nginx.conf: it is a subPath mount",
    ],
    [
      "a directory that has one in it",
      "/etc/nginx",
      "Cannot see updates of /etc/nginx/nginx.conf (of /etc/nginx): it is a",
    ],
    ["a path that is not written plainly", "/etc//nginx/./nginx.conf", "Cannot see updates of"],
    ["one whose volume has gone on", "/etc/old.conf", "was replaced or removed since"],
    ["a key of a Secret, in a tmpfs", "/run/token", "it is a subPath mount"],
    [
      "a file beneath a directory of a volume's subPath",
      "/data/site/index.html",
      "/data/site (of /data/site/index.html)",
    ],
    ["a name with a space", "/etc/a b", "Cannot see updates of /etc/a b"],
  ])("tells of %s", (_, path, words) => {
    expect(find("/nothing", path)).toContain(words);
    expect(find(path)).toContain("Mount the whole volume at a directory");
  });

  test.each([
    ["a whole volume", "/etc/whole"],
    ["a file of a whole volume", "/etc/whole/nginx.conf"],
    ["a subPath of a volume that is no ConfigMap", "/cache/x"],
    ["a subPath mount that another mount hides", "/etc/hidden"],
    ["a mount beside one", "/etc/nginx/conf.d/site.conf"],
    ["a name that begins alike", "/etc/nginx/nginx.conf.d"],
    ["the container's own files", "/usr/share"],
  ])("says nothing of %s", (_, path) => {
    expect(find(path)).toBeNull();
  });

  test("says nothing where mountinfo cannot be read, and nothing wrong of this very system", () => {
    expect(findSubPath(procRoot(folder), "self", ["/etc/nginx/nginx.conf"])).toBeNull();
    expect(findSubPath(procRoot(), "self", ["/usr/bin"])).toBeNull();
  });
});
