import { describe, expect, test } from "bun:test";
import { problem } from "#base/errors.ts";
import { deliveryFindings } from "#policy/findings/delivery.ts";
import { type InotifyLook, inotifyFindings } from "#policy/findings/inotify.ts";
import { listenerFindings } from "#policy/findings/listeners.ts";
import { memoryFindings } from "#policy/findings/memory.ts";
import { mountFindings, subPathMounts } from "#policy/findings/mounts.ts";
import { placementFindings } from "#policy/findings/placement.ts";
import { targetFindings } from "#policy/findings/targets.ts";
import type { WatchState } from "#process/reload.ts";
import { wellInotify } from "../../support/findings.ts";
import { podOf, tableOf } from "../../support/processes.ts";

const brief = (findings: readonly { id: string; severity: string }[]) =>
  findings.map(({ id, severity }) => `${severity} ${id}`);

describe("listenerFindings()", () => {
  test.each([
    ["127.0.0.1:9099", false, false, "operate", []],
    ["[::1]:9099", false, false, "operate", []],
    ["localhost:9099", false, false, "operate", []],
    ["/run/sexton.sock", false, false, "operate", []],
    ["0.0.0.0:9098", false, false, "probe", []],
    ["0.0.0.0:9099", false, false, "operate", ["error listener-open"]],
    ["[::]:9099", false, false, "operate", ["error listener-open"]],
    ["10.0.0.7:9099", true, false, "operate", ["error listener-open"]],
    ["0.0.0.0:9099", false, false, "read", ["warning listener-open"]],
    ["0.0.0.0:9099", false, true, "operate", ["warning listener-plain"]],
    ["0.0.0.0:9099", true, true, "operate", []],
  ] as const)("%s, TLS %p, auth %p, role %s", (address, tls, auth, role, expected) => {
    expect(brief(listenerFindings([{ address, tls, auth, role }]))).toEqual([...expected]);
  });
});

describe("mounts", () => {
  const generation = "..2026_01_01_00_00_00.123456789";
  const volume = "/var/lib/kubelet/pods/u/volumes/kubernetes.io~configmap/conf";

  test.each([
    ["a whole ConfigMap", volume, null],
    ["a key of one", `${volume}/${generation}/app.conf`, false],
    ["a key of one that has gone on", `${volume}/${generation}/app.conf//deleted`, true],
    ["a key of a Secret, which is a tmpfs", `/${generation}/password`, false],
    ["a subPath of a disk, which shows every change", "/pvc-1/data", null],
    ["a file that was removed", "/var/lib/docker/hosts//deleted", null],
  ])("subPathMounts() takes %s for what it is", (_, root, stale) => {
    const found = subPathMounts([{ root, mountPoint: "/etc/app.conf" }]);
    expect(found).toEqual(stale === null ? [] : [{ mountPoint: "/etc/app.conf", stale }]);
  });

  test.each([
    ["none", [], []],
    ["one that is as it was", [{ mountPoint: "/etc/a", stale: false }], ["info sub-path-mount"]],
    [
      "one that is old by now",
      [
        { mountPoint: "/etc/a", stale: false },
        { mountPoint: "/b", stale: true },
      ],
      ["warning sub-path-mount"],
    ],
  ])("mountFindings() of %s", (_, subPaths, expected) => {
    const container = podOf({ pid: 9, in: "web" }).byPid.get(9)?.container ?? null;
    expect(brief(mountFindings([{ container, subPaths }]))).toEqual(expected);
  });
});

describe("inotifyFindings()", () => {
  const watch = {} as WatchState;
  test.each([
    ["there is room", {}, [watch], []],
    ["nothing is left", { refusal: "no watch left" }, [watch], ["warning inotify-exhausted"]],
    ["nothing is left that anybody needs", { refusal: "no watch left" }, [], ["info inotify-exhausted"]],
    ["instances run out", { others: { instances: 102, watches: 0, processes: 3 } }, [], ["warning inotify-low"]],
    ["there is a little more room", { others: { instances: 101, watches: 0, processes: 3 } }, [], []],
    ["watches run out by sexton's own", { own: { instances: 1, watches: 60_000 } }, [], ["warning inotify-low"]],
    ["no limit can be read", { most: { instances: null, watches: null } }, [], []],
  ] satisfies [string, Partial<InotifyLook>, WatchState[], string[]][])("where %s", (_, look, watches, expected) => {
    expect(brief(inotifyFindings({ ...wellInotify, ...look }, watches))).toEqual(expected);
  });
});

describe("placementFindings()", () => {
  const app = (pid: number, startTicks: number) => ({ pid, startTicks, in: `app${pid}` });
  test.each([
    ["sexton is there before the app", podOf(app(9, 701)), []],
    ["both start at once", podOf(app(9, 700)), []],
    ["sexton comes after the app", podOf(app(9, 400)), ["info sidecar-placement"]],
    ["another sidecar was there before it", podOf(app(9, 400), app(10, 900)), []],
    ["there is no app", podOf(), []],
    ["no cgroup tells containers", tableOf([{ pid: 1 }, { pid: 7 }, { pid: 9, startTicks: 2 }]), []],
  ])("where %s", (_, table, expected) => {
    expect(brief(placementFindings(table, "shared"))).toEqual(expected);
    expect(placementFindings(table, "node")).toEqual([]);
  });

  test("it is the container that counts, not when sexton was started in it", () => {
    const table = tableOf([
      { pid: 5, name: "sh", in: "sexton", startTicks: 300 },
      { pid: 7, ppid: 5, name: "sexton", in: "sexton", startTicks: 900 },
      app(9, 500),
    ]);
    expect(placementFindings(table, "shared")).toEqual([]);
  });
});

test.each([
  ["nothing is sent", null, []],
  ["nothing is lost", { losses: null, lastErrorAt: null }, []],
  ["something is", { losses: "lost 3 items of logs", lastErrorAt: 999_000 }, ["warning telemetry-lost"]],
  ["something was long ago", { losses: "lost 3 items of logs", lastErrorAt: 1_000 }, ["info telemetry-lost"]],
])("deliveryFindings() where %s", (_, delivery, expected) => {
  expect(brief(deliveryFindings(delivery, 1_000_000))).toEqual(expected);
});

test.each([
  ["no limit", { limit: null, workingSet: 90 }, []],
  ["no knowledge", { limit: 100, workingSet: null }, []],
  ["room", { limit: 100, workingSet: 84 }, []],
  ["no room", { limit: 100, workingSet: 85 }, ["warning memory-low"]],
])("memoryFindings() with %s", (_, look, expected) => {
  expect(brief(memoryFindings(look))).toEqual(expected);
});

describe("targetFindings()", () => {
  const missing = { name: "web", found: problem("target-not-found", "Cannot find it.") };
  const ambiguous = problem("target-ambiguous", "Cannot choose.");
  const absent = problem("target-not-found", "Cannot find the main app.");
  const watch = (target: string | null, http: object | null = null) =>
    ({ settings: { target, http }, targetProblem: null }) as WatchState;
  const table = podOf({ pid: 9, in: "a" }, { pid: 10, in: "b" });
  test.each([
    ["a target is nobody", [missing], absent, [], ["warning target-unresolved"]],
    ["a watch needs it", [missing], absent, [watch("web")], ["error target-unresolved"]],
    ["there are two apps", [], ambiguous, [], ["info target-unresolved"]],
    ["there are two apps, and another is named as the main one", [], absent, [], ["warning target-unresolved"]],
    ["there are two, and a watch wants the main one", [], ambiguous, [watch(null)], ["error target-unresolved"]],
    ["there are two, and the watch asks over HTTP", [], ambiguous, [watch(null, {})], ["info target-unresolved"]],
  ])("where %s", (_, targets, main, watches, expected) => {
    expect(brief(targetFindings({ table, place: "shared", targets, main, watches }))).toEqual(expected);
  });

  test("what a watch says of itself is not said twice", () => {
    const told = { ...watch(null), targetProblem: "There are two." } as WatchState;
    expect(brief(targetFindings({ table, place: "shared", targets: [], main: ambiguous, watches: [told] }))).toEqual([
      "info target-unresolved",
    ]);
  });

  test("where there is no app nothing is said of the main one", () => {
    expect(
      targetFindings({ table: podOf(), place: "shared", targets: [], main: absent, watches: [watch(null)] }),
    ).toEqual([]);
  });

  test("where there is no app yet a target is nobody's fault", () => {
    const early = { table: podOf(), targets: [missing], main: absent, watches: [watch("web")] };
    expect(brief(targetFindings({ ...early, place: "shared" }))).toEqual(["info target-unresolved"]);
    expect(brief(targetFindings({ ...early, place: "own" }))).toEqual(["error target-unresolved"]);
  });

  test("on a node nobody is the main app, unless a watch wants one", () => {
    const on = (watches: readonly WatchState[]) =>
      targetFindings({ table, place: "node", targets: [], main: ambiguous, watches });
    expect(brief(on([]))).toEqual([]);
    expect(brief(on([watch(null)]))).toEqual(["error target-unresolved"]);
  });
});
