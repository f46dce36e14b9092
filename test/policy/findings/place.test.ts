import { expect, test } from "bun:test";
import { placeFindings, placeOf, type Surveyed } from "#policy/findings/place.ts";
import type { WatchState } from "#process/reload.ts";
import { podOf, type Row, tableOf } from "../../support/processes.ts";

const sexton: Row = { pid: 7, name: "sexton" };

test.each([
  ["beside a pause", podOf({ pid: 9, in: "web" }), false, "shared"],
  ["beside podman's pause", tableOf([{ pid: 1, name: "catatonit" }, sexton]), false, "shared"],
  ["as pid 1", tableOf([{ pid: 1, name: "sexton" }], { selfPid: 1 }), false, "own"],
  [
    "under a shell of its own container",
    tableOf([
      { pid: 1, name: "sh", in: "sexton" },
      { ...sexton, in: "sexton", ppid: 1 },
    ]),
    false,
    "own",
  ],
  [
    "beside a pause of another name",
    tableOf([
      { pid: 1, name: "holder", in: "?holder" },
      { ...sexton, in: "sexton" },
    ]),
    false,
    "shared",
  ],
  ["where no cgroup tells", tableOf([{ pid: 1, name: "sh" }, sexton]), false, "unknown"],
  ["where pid 1 is hidden", tableOf([sexton]), false, "unknown"],
  ["in the machine's namespace", tableOf([{ pid: 1, name: "systemd" }, sexton]), true, "node"],
  [
    "in front of an app",
    tableOf(
      [
        { pid: 1, name: "sexton" },
        { pid: 9, ppid: 1 },
      ],
      { selfPid: 1, command: 9 },
    ),
    false,
    "init",
  ],
] as const)("placeOf() %s", (_, table, initial, place) => {
  expect(placeOf(table, initial)).toBe(place);
});

const ids = (surveyed: Partial<Surveyed>) =>
  placeFindings({ table: podOf({ pid: 9, in: "web" }), place: "shared", hidepid: null, watches: [], ...surveyed }).map(
    ({ id, severity }) => `${severity} ${id}`,
  );
const watch = (http: object | null) => ({ settings: { http } }) as WatchState;

test.each([
  ["an app is seen", {}, []],
  ["nobody else is seen", { table: podOf() }, ["info no-app"]],
  ["the namespace is its own", { place: "own" }, ["error namespace-not-shared"]],
  ["it is, and all reloads go over HTTP", { place: "own", watches: [watch({})] }, ["info namespace-not-shared"]],
  [
    "it is, and one is by a signal",
    { place: "own", watches: [watch({}), watch(null)] },
    ["error namespace-not-shared"],
  ],
  ["/proc hides", { hidepid: "hidepid=invisible" }, ["error processes-hidden"]],
  [
    "one of two has no name",
    { table: podOf({ pid: 9, in: "web" }, { pid: 10, in: "?b" }) },
    ["info container-unnamed"],
  ],
  ["none has a name", { table: podOf({ pid: 9, in: "?a" }, { pid: 10, in: "?b" }) }, []],
] as const)("placeFindings() where %s", (_, surveyed, found) => {
  expect(ids(surveyed)).toEqual([...found]);
});

test("a namespace that is not shared is mended by the line of the pod", () => {
  const [finding] = placeFindings({ table: tableOf([]), place: "own", hidepid: null, watches: [] });
  expect(finding?.fix).toContain("spec:\n  shareProcessNamespace: true");
});
