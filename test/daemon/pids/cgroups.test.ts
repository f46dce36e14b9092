import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePidsCgroup, type PidsCgroup, pidsCgroupProblem } from "../../support/pids-cgroup.ts";

const skip = pidsCgroupProblem !== null;
if (skip) console.warn(`Skipped test/daemon/pid-cgroups.test.ts: ${pidsCgroupProblem}`);

const program = join(import.meta.dir, "../../programs/pids-seen.ts");
const isV1 = existsSync("/sys/fs/cgroup/pids");
const mounted = isV1 ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup";
const type = isV1 ? "-t cgroup -o pids" : "-t cgroup2";
const asRuntimesMount = [`umount -l ${mounted}`, `mount ${type} none ${mounted}`];
const nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups";

describe.skipIf(skip)("the cgroups of containers, as they can be seen from", () => {
  let own: PidsCgroup;
  let peer: PidsCgroup;
  let beside: string;
  beforeAll(() => {
    [own, peer] = [makePidsCgroup(), makePidsCgroup()];
    beside = mkdtempSync(join(tmpdir(), "sexton-cgroup-"));
    own.limit("container", 501);
    own.limit("pod", 502);
    peer.limit("container", 601);
    peer.limit("pod", 602);
    peer.shell();
  });
  afterAll(async () => {
    await Promise.all([own.remove(), peer.remove()]);
    rmdirSync(beside);
  });

  /** What a process in the one container sees, after the shell commands have arranged its mounts. */
  function seen(namespaces: readonly string[], commands: readonly string[] = [], as = ""): Record<string, string[]> {
    const script = [...commands, `exec ${as} "$0" "$1"`].join(" && ");
    const command = [...own.enter, "unshare", "--mount", ...namespaces, "sh", "-c", script, process.execPath, program];
    const { stdout, stderr, exitCode } = Bun.spawnSync(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
    return JSON.parse(stdout.toString());
  }

  test("the host's cgroup namespace: all, up to the top", () => {
    const told = seen([]);
    expect(told[own.containerId]?.slice(0, 2)).toEqual(["container 501", "pod 502"]);
    expect(told[peer.containerId]?.slice(0, 2)).toEqual(["container 601", "pod 602"]);
  });

  test("the host's cgroup namespace as another user: the same, since every mount may be read", () => {
    const told = seen([], [], nobody);
    expect(told[own.containerId]?.slice(0, 2)).toEqual(["container 501", "pod 502"]);
    expect(told[peer.containerId]?.slice(0, 2)).toEqual(["container 601", "pod 602"]);
  });

  test("a private one, with the whole hierarchy mounted beside it: the same", () => {
    const told = seen(["--cgroup"], [`mount ${type} none ${beside}`]);
    expect(told["/"]?.slice(0, 2)).toEqual(["container 501", "pod 502"]);
    expect(told[peer.containerId]?.slice(0, 2)).toEqual(["container 601", "pod 602"]);
  });

  test("a private one, as runtimes mount it: the own, and by its root the other's", () => {
    const told = seen(["--cgroup"], asRuntimesMount);
    expect(told["/"]).toEqual(["container 501"]);
    // The other one has the whole hierarchy in its mount namespace, and its root may be entered.
    expect(told[peer.containerId]?.slice(0, 2)).toEqual(["container 601", "pod 602"]);
  });

  test("without any mount of the hierarchy, and by the other's root alone", () => {
    const told = seen([], [`umount -l ${mounted}`]);
    expect(told[peer.containerId]?.slice(0, 2)).toEqual(["container 601", "pod 602"]);
    expect(told[own.containerId]).toEqual([]);
  });

  test("another user, whom no other's root lets in: the own alone", () => {
    const told = seen(["--cgroup"], asRuntimesMount, nobody);
    expect(told["/"]).toEqual(["container 501"]);
    expect(told[peer.containerId]).toEqual([]);
  });
});
