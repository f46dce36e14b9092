import { describe, expect, test } from "bun:test";
import { parseCgroup } from "#kernel/procfs/cgroup.ts";
import { parseMountinfo } from "#kernel/procfs/mountinfo.ts";
import { containerIdOf, containerMatches, nameFromMounts, podUidOf, tellingPath } from "#process/container.ts";

const id = "0f3c5a7e9b1d2f4c6e8a0b2d4f6a8c0e1f3b5d7a9c1e3f5b7d9a1c3e5f7b9d1a";
const uid = "0b3f3c1e-7d7f-4e0e-9d2a-0c8a4c1f2b11";
const uid_ = uid.replaceAll("-", "_");
const staticUid = "5d41402abc4b2a76b9719d911017c592";
const burst = `kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid_}.slice`;

/** What the row shows of a peer: description, path, the id to be found, the pod's UID to be found. */
type Sample = readonly [string, string, string | null, string | null];

// A peer as seen from a private cgroup namespace (cgroup v2).
const fromPrivate: Sample[] = [
  [
    "another pod, from a pod of the node",
    `/../../../kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll("-", "_")}.slice/cri-containerd-${id}.scope`,
    id,
    uid,
  ],
  ["another pod, cgroupfs", `/../../../burstable/pod${uid}/${id}`, id, uid],
  ["containerd, cgroupfs", `/../${id}`, id, null],
  ["containerd, systemd, runc", `/../cri-containerd-${id}.scope`, id, null],
  ["containerd, systemd, crun", `/../../cri-containerd-${id}.scope/container`, id, null],
  ["CRI-O, systemd, crun", `/../../crio-${id}.scope/container`, id, null],
  ["CRI-O, systemd, runc", `/../crio-${id}.scope`, id, null],
  ["CRI-O, cgroupfs", `/../crio-${id}`, id, null],
  ["docker, systemd", `/../docker-${id}.scope`, id, null],
  ["docker, cgroupfs", `/../${id}`, id, null],
  ["podman, systemd, crun", `/../../libpod-${id}.scope/container`, id, null],
  ["podman, cgroupfs", `/../libpod-${id}`, id, null],
  ["nerdctl, systemd", `/../nerdctl-${id}.scope`, id, null],
  ["self, any runtime", "/", null, null],
];

// A peer as seen from the host's cgroup namespace (cgroup v1, or a privileged sidecar).
const fromHost: Sample[] = [
  ["containerd, cgroupfs, guaranteed", `/kubepods/pod${uid}/${id}`, id, uid],
  ["containerd, cgroupfs, burstable", `/kubepods/burstable/pod${uid}/${id}`, id, uid],
  ["containerd, cgroupfs, besteffort", `/kubepods/besteffort/pod${uid}/${id}`, id, uid],
  ["containerd, systemd, runc", `/${burst}/cri-containerd-${id}.scope`, id, uid],
  ["containerd, systemd, crun", `/${burst}/cri-containerd-${id}.scope/container`, id, uid],
  ["containerd, systemd, guaranteed", `/kubepods.slice/kubepods-pod${uid_}.slice/cri-containerd-${id}.scope`, id, uid],
  ["containerd, cgroupfs, systemd kubelet", `/kubepods-burstable-pod${uid_}.slice:cri-containerd:${id}`, id, uid],
  [
    "the same with an older systemd",
    `/system.slice/containerd.service/kubepods-burstable-pod${uid_}.slice:cri-containerd:${id}`,
    id,
    uid,
  ],
  ["CRI-O, systemd", `/${burst}/crio-${id}.scope`, id, uid],
  ["CRI-O, systemd, crun", `/${burst}/crio-${id}.scope/container`, id, uid],
  ["CRI-O, cgroupfs", `/kubepods/burstable/pod${uid}/crio-${id}`, id, uid],
  ["docker, systemd", `/system.slice/docker-${id}.scope`, id, null],
  ["docker, cgroupfs", `/docker/${id}`, id, null],
  ["cri-dockerd, systemd", `/${burst}/docker-${id}.scope`, id, uid],
  ["cri-dockerd, cgroupfs", `/kubepods/besteffort/pod${uid}/${id}`, id, uid],
  ["podman, systemd", `/machine.slice/machine-libpod_pod_${id}.slice/libpod-${id}.scope/container`, id, null],
  ["podman, cgroupfs", `/libpod_parent/${"a".repeat(64)}/libpod-${id}`, id, null],
  [
    "kind",
    `/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod${uid_}.slice/cri-containerd-${id}.scope`,
    id,
    uid,
  ],
  ["a static pod", `/kubepods/burstable/pod${staticUid}/${id}`, id, staticUid],
  ["a static pod, systemd", `/kubepods.slice/kubepods-pod${staticUid}.slice/cri-containerd-${id}.scope`, id, staticUid],
  ["ECS", `/ecs/${"b".repeat(32)}/${"b".repeat(32)}-1234567890`, `${"b".repeat(32)}-1234567890`, null],
  ["a container within a container: the inner one", `/docker/${"c".repeat(64)}/docker/${id}`, id, null],
  ["conmon beside a podman container", `/machine.slice/libpod-conmon-${id}.scope`, null, null],
  ["conmon beside a CRI-O container", `/${burst}/crio-conmon-${id}.scope`, null, uid],
  ["a service of the machine", "/system.slice/containerd.service", null, null],
  ["a session", "/user.slice/user-1000.slice/session-3.scope", null, null],
  ["the pod itself", `/kubepods/burstable/pod${uid}`, null, uid],
  ["63 digits", `/docker/${id.slice(1)}`, null, null],
  ["65 digits", `/docker/${id}0`, null, null],
  ["capital digits", `/docker/${id.toUpperCase()}`, null, null],
  ["nothing", "", null, null],
];

describe.each([
  ["from a private cgroup namespace", fromPrivate],
  ["from the host's cgroup namespace", fromHost],
])("seen %s", (_, samples) => {
  test.each(samples)("containerIdOf() and podUidOf() read the path of %s", (_, path, containerId, podUid) => {
    expect([containerIdOf(path), podUidOf(path)]).toEqual([containerId, podUid]);
  });

  test.each(samples)("tellingPath() keeps the colons of %s", (_, path) => {
    expect(tellingPath(parseCgroup(`0::${path}\n`))).toBe(path);
  });
});

describe("tellingPath()", () => {
  const tellingOf = (...lines: string[]) => tellingPath(parseCgroup(lines.join("\n")));

  test("takes the unified hierarchy before the others, where a zombie keeps its path", () => {
    expect(tellingOf(`12:pids:/docker/${"c".repeat(64)}`, `0::/docker/${id}`)).toBe(`/docker/${id}`);
  });

  test("takes a line with an id before a unified one without", () => {
    expect(tellingOf(`1:name=systemd:/docker/${id}`, "0::/system.slice/containerd.service")).toBe(`/docker/${id}`);
    expect(tellingOf(`5:pids:/docker/${id}`, "0::/")).toBe(`/docker/${id}`);
  });

  test("takes a zombie's unified line, although version 1 has moved it to the root", () => {
    expect(tellingOf("12:pids:/", "3:memory:/", `0::/docker/${id}`)).toBe(`/docker/${id}`);
  });

  test("takes any path but the root where there is no id", () => {
    expect(tellingOf("2:cpu:/", "1:name=systemd:/user.slice", "0::/")).toBe("/user.slice");
  });

  test("takes the root where there is nothing else, and null where there is no line", () => {
    expect(tellingOf("2:cpu:/", "0::/")).toBe("/");
    expect(tellingOf("")).toBeNull();
  });
});

describe("nameFromMounts()", () => {
  const line = (root: string) => `830 812 8:1 ${root} /dev/termination-log rw,relatime - ext4 /dev/sda1 rw\n`;
  const nameOf = (...roots: string[]) =>
    nameFromMounts(parseMountinfo(roots.map(line).join("")).map(({ root }) => root));

  test.each([
    ["the kubelet's own folder", `/var/lib/kubelet/pods/${uid}/containers/web/1a2b3c4d`, uid, "web"],
    ["a folder on a disk of its own", `/pods/${uid}/containers/web/1a2b3c4d`, uid, "web"],
    ["a folder elsewhere", `/data/k8s/kubelet/pods/${uid}/containers/web-1/00000000`, uid, "web-1"],
    ["a static pod", `/var/lib/kubelet/pods/${staticUid}/containers/etcd/deadbeef`, staticUid, "etcd"],
    ["a file that was deleted since", `/var/lib/kubelet/pods/${uid}/containers/web/1a2b3c4d//deleted`, uid, "web"],
    ["an ephemeral container", `/pods/${uid}/containers/debugger-x7k2p/1a2b3c4d`, uid, "debugger-x7k2p"],
  ])("finds the name below %s", (_, root, podUid, name) => {
    expect(nameOf("/", root, "/etc/hosts")).toEqual({ podUid, name });
  });

  test.each([
    ["a configMap's volume", `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~configmap/conf`],
    ["the pod's hosts file", `/var/lib/kubelet/pods/${uid}/etc-hosts`],
    ["a subPath", `/var/lib/kubelet/pods/${uid}/volume-subpaths/conf/web/0`],
    ["seven digits", `/pods/${uid}/containers/web/1a2b3c4`],
    ["nine digits", `/pods/${uid}/containers/web/1a2b3c4d5`],
    ["a file below", `/pods/${uid}/containers/web/1a2b3c4d/x`],
    ["no container", `/pods/${uid}/containers//1a2b3c4d`],
    ["a sandbox's hostname", `/run/containerd/io.containerd.grpc.v1.cri/sandboxes/${id}/hostname`],
    ["the root", "/"],
  ])("finds none in %s", (_, root) => {
    expect(nameOf(root)).toBeNull();
  });

  test("does not look at the mount point, which anybody may choose", () => {
    const mounts = parseMountinfo(`1 2 8:1 / /pods/${uid}/containers/web/1a2b3c4d rw - ext4 /dev/sda1 rw`);
    expect(nameFromMounts(mounts.map(({ root }) => root))).toBeNull();
  });
});

describe("containerMatches()", () => {
  const container = { key: id, id, name: "web", pod: null };
  test.each(["web", id, id.slice(0, 12), id.slice(0, 4)])("knows %s", (text) => {
    expect(containerMatches(container, text)).toBe(true);
  });
  test.each(["", "we", "WEB", id.slice(1), `${id}0`, "cache"])("does not take %j for it", (text) => {
    expect(containerMatches(container, text)).toBe(false);
  });
  test("takes a name of any length, and nothing where nothing is known", () => {
    expect(containerMatches({ ...container, name: "w" }, "w")).toBe(true);
    expect(containerMatches({ key: "/", id: null, name: null, pod: null }, "null")).toBe(false);
    expect(containerMatches(null, "web")).toBe(false);
  });
});
