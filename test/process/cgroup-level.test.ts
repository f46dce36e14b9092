import { describe, expect, test } from "bun:test";
import { cgroupLevelOf } from "#process/cgroup-level.ts";

const id = "0f".repeat(32);
const uid = "6f1b2c3d-0001-4002-8003-123456789abc";

/** The level of each ancestor, the top of the hierarchy first. */
const levels = (path: string) => {
  const segments = path.split("/").filter((segment) => segment !== "");
  const levelOf = cgroupLevelOf(segments);
  return Array.from({ length: segments.length + 1 }, (_, depth) => levelOf(depth)).join(" ");
};

describe("cgroupLevelOf()", () => {
  test.each([
    ["containerd, cgroupfs", `/kubepods/burstable/pod${uid}/${id}`, "node node node pod container"],
    [
      "CRI-O with crun, systemd",
      `/kubepods.slice/kubepods-pod${uid.replaceAll("-", "_")}.slice/crio-${id}.scope/container`,
      "node node pod container container",
    ],
    [
      "containerd without systemd under a kubelet with it",
      `/system.slice/containerd.service/kubepods-pod${uid.replaceAll("-", "_")}.slice:cri-containerd:${id}`,
      "node node node container",
    ],
    ["podman, cgroupfs", `/libpod_parent/${"ab".repeat(10)}/libpod-${id}`, "node node pod container"],
    ["docker", `/docker/${id}`, "node pod container"],
    ["systemd in a container", `/kubepods/pod${uid}/${id}/init.scope`, "node node pod container container"],
    [
      "a container in a container",
      `/kubepods/pod${uid}/${id}/docker/${id}`,
      "node node pod container container container",
    ],
    ["a sibling by a private namespace", `/../${id}`, "node pod container"],
    [
      "a sibling's scope by a private namespace",
      `/../../crio-${id}.scope/container`,
      "node node pod container container",
    ],
    ["sexton's own in a private namespace", "/", "container"],
  ])("%s", (_, path, expected) => {
    expect(levels(path)).toBe(expected);
  });
});
