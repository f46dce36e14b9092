import { describe, expect, test } from "bun:test";
import { oomFiles } from "#daemon/containers/oom-files.ts";
import { cgroupPath } from "#kernel/cgroup-path.ts";
import { parseCgroup } from "#kernel/procfs/cgroup.ts";
import { hexId } from "../../support/processes.ts";

const id = hexId("web");
const uid = "0f2c5a3e-1111-2222-3333-444455556666";
const slice = `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll("-", "_")}.slice`;
const their = "/proc/17/root/sys/fs/cgroup";

interface Case {
  readonly title: string;
  readonly kind: "v1" | "v2";
  readonly cgroup: string;
  /** Mount points, with the cgroup that is mounted there. */
  readonly mounts: Readonly<Record<string, string>>;
  readonly namespaceRoot?: string;
  readonly container?: { readonly key: string; readonly id: string | null };
  readonly files: readonly string[];
}

const ownPrivate = { "/sys/fs/cgroup": "/" };

/** A peer behind sexton's own cgroup namespace, by runtime: what it mounts is what it is in. */
const peers = [
  `/../${id}`,
  `/../cri-containerd-${id}.scope`,
  `/../../cri-containerd-${id}.scope/container`,
  `/../../crio-${id}.scope/container`,
  `/../crio-${id}`,
  `/../docker-${id}.scope`,
  `/../libpod-${id}`,
].map((path): Case => {
  return {
    title: `a peer, ${path.replace(id, "<id>")}`,
    kind: "v2",
    cgroup: `0::${path}`,
    mounts: { ...ownPrivate, [their]: path },
    files: [`${their}/memory.events`],
  };
});

const cases: readonly Case[] = [
  ...peers,
  {
    title: "a peer whose mount shows the runtime's cgroup around it, which counts for both and comes first",
    kind: "v2",
    cgroup: `0::/../../crio-${id}.scope/container`,
    mounts: { [their]: `/../../crio-${id}.scope` },
    files: [`${their}/memory.events`, `${their}/container/memory.events`],
  },
  {
    title: "sexton's own container, whose id is hidden",
    kind: "v2",
    cgroup: "0::/",
    mounts: ownPrivate,
    container: { key: "/", id: null },
    files: ["/sys/fs/cgroup/memory.events"],
  },
  {
    title: "sexton in the host's cgroup namespace sees everybody, and nothing above a container counts",
    kind: "v2",
    cgroup: `0::${slice}/cri-containerd-${id}.scope/container`,
    mounts: ownPrivate,
    files: [
      `/sys/fs/cgroup${slice}/cri-containerd-${id}.scope/memory.events`,
      `/sys/fs/cgroup${slice}/cri-containerd-${id}.scope/container/memory.events`,
    ],
  },
  {
    title: "a privileged peer shows all of the host's, but not where in it sexton is",
    kind: "v2",
    cgroup: `0::/../${id}`,
    mounts: { ...ownPrivate, [their]: "/../../../.." },
    files: [],
  },
  {
    title: "a privileged peer, once that is known",
    kind: "v2",
    cgroup: `0::/../${id}`,
    mounts: { ...ownPrivate, [their]: "/../../../.." },
    namespaceRoot: `/kubepods/burstable/pod${uid}/${hexId("sexton")}`,
    files: [`${their}/kubepods/burstable/pod${uid}/${id}/memory.events`],
  },
  {
    title: "v1: the container's own part of the hierarchy",
    kind: "v1",
    cgroup: `0::/\n4:memory:/kubepods/burstable/pod${uid}/${id}`,
    mounts: { [`${their}/memory`]: `/kubepods/burstable/pod${uid}/${id}` },
    files: [`${their}/memory/memory.oom_control`],
  },
  {
    title: "v1: a colon in the path",
    kind: "v1",
    cgroup: `4:memory:/kubepods-burstable-pod${uid.replaceAll("-", "_")}.slice:cri-containerd:${id}`,
    mounts: { "/sys/fs/cgroup/memory": "/" },
    files: [
      `/sys/fs/cgroup/memory/kubepods-burstable-pod${uid.replaceAll("-", "_")}.slice:cri-containerd:${id}/memory.oom_control`,
    ],
  },
  {
    title: "v1: no cgroup counts for another, so the process's own it is",
    kind: "v1",
    cgroup: `4:memory:/docker/${id}/nested`,
    mounts: { [`${their}/memory`]: `/docker/${id}` },
    files: [`${their}/memory/nested/memory.oom_control`],
  },
  {
    title: "v1: a process that the runtime has not moved into this hierarchy yet",
    kind: "v1",
    cgroup: `8:pids:/docker/${id}\n4:memory:/system.slice/containerd.service`,
    mounts: { "/sys/fs/cgroup/memory": "/" },
    files: [],
  },
  {
    title: "another container's mount",
    kind: "v2",
    cgroup: `0::/../${id}`,
    mounts: { [their]: `/../${hexId("other")}` },
    files: [],
  },
  { title: "no mount at all", kind: "v2", cgroup: `0::/../${id}`, mounts: {}, files: [] },
];

describe("the files that count OOM kills", () => {
  test.each(cases)("$title", ({ kind, cgroup, mounts, namespaceRoot, container = { key: id, id }, files }) => {
    const seen = Object.entries(mounts).map(([mountPoint, top]) => ({ mountPoint, top: cgroupPath(top) }));
    const root = namespaceRoot === undefined ? null : cgroupPath(namespaceRoot);
    expect(oomFiles(kind, container, parseCgroup(cgroup), seen, root)).toEqual([...files]);
  });
});
