import { expect, test } from "bun:test";
import { problem } from "#base/errors.ts";
import type { Place } from "#policy/findings/place.ts";
import { reloadFindings, type TargetLook, terminationFindings } from "#policy/findings/signals.ts";
import { envoy } from "#policy/profiles/envoy.ts";
import { nginx } from "#policy/profiles/nginx.ts";
import type { Target } from "#policy/target.ts";
import type { Process } from "#process/process.ts";
import type { WatchState } from "#process/reload.ts";
import { receiver } from "../../support/findings.ts";
import { podOf, type Row } from "../../support/processes.ts";

function mainOf(row: Partial<Row>) {
  const table = podOf(
    { pid: 9, name: "app", in: "web", ...row },
    { pid: 10, ppid: 9, name: "server", in: "web", args: ["server", "-x"] },
  );
  return { main: table.byPid.get(9) as Process, child: table.byPid.get(10) as Process };
}
const ofApp = (hears: ReturnType<typeof receiver>, row: Partial<Row> = {}, place: Place = "shared") => {
  const { main, child } = mainOf(row);
  return terminationFindings([{ main, receiver: hears, children: row.name ? [child] : [] }], place);
};
const brief = (findings: ReturnType<typeof ofApp>) => findings.map(({ id, severity }) => `${severity} ${id}`);
const sh = { name: "sh", exe: "/usr/bin/dash" };

test.each([
  ["is handled", receiver({ caught: ["SIGTERM"] }), {}, []],
  ["is handled by pid 1", receiver({ caught: ["SIGTERM"], namespaceInit: true }), {}, []],
  ["is ignored", receiver({ ignored: ["SIGTERM"] }), {}, ["error sigterm-ignored"]],
  [
    "is ignored, and SIGQUIT handled",
    receiver({ ignored: ["SIGTERM"], caught: ["SIGQUIT"] }),
    {},
    ["warning sigterm-ignored"],
  ],
  ["is dropped for pid 1", receiver({ namespaceInit: true }), {}, ["error sigterm-ignored"]],
  ["is dropped for a shell as pid 1", receiver({ namespaceInit: true }), sh, ["error sigterm-ignored"]],
  ["ends the app", receiver({}), {}, ["info sigterm-default"]],
  ["ends a shell in front of it", receiver({}), sh, ["warning shell-before-app"]],
  ["ends a program with children", receiver({}), { name: "worker" }, ["info sigterm-default"]],
  ["is handled by a shell", receiver({ caught: ["SIGTERM"] }), sh, []],
] as const)("terminationFindings() where SIGTERM %s", (_, hears, row, expected) => {
  expect(brief(ofApp(hears, row))).toEqual([...expected]);
});

test("an app that is killed in the end is told so, with what mends it", () => {
  const [finding] = ofApp(receiver({ namespaceInit: true }));
  expect(finding).toMatchObject({
    title: "Container web does not hear SIGTERM",
    why: expect.stringContaining("Kubernetes will wait the whole grace period (30 s by default) and kill it"),
    fix: expect.stringMatching(/command: \[\/sexton, init, --, "app"\].*shareProcessNamespace: true/s),
    container: "web",
    process: "9-900",
  });
});

test("on a node an app without a handler is nobody's business, one that will be killed is", () => {
  expect(brief(ofApp(receiver({}), {}, "node"))).toEqual([]);
  expect(brief(ofApp(receiver({ namespaceInit: true }), {}, "node"))).toEqual(["error sigterm-ignored"]);
});

test("a shell is told to exec its program", () => {
  for (const hears of [receiver({}), receiver({ namespaceInit: true })]) {
    expect(ofApp(hears, sh)[0]?.fix).toContain('command: [sh, -c, "exec server -x"]');
  }
});

const target = (profile: Target["profile"], verbs: Target["verbs"] = {}): Target => {
  const { main } = mainOf({});
  return { name: "web", process: main, container: main.container, profile, verbs };
};
const watch = (settings: object) =>
  ({ settings: { name: "conf", target: null, verb: "reload", http: null, ...settings } }) as WatchState;
const none = problem("target-not-found", "none");
const reloads = (
  found: Target,
  hears: ReturnType<typeof receiver> | null,
  watches: readonly WatchState[],
  main: Target | typeof none = found,
) => {
  const look: TargetLook = { named: { name: found.name, found }, receiver: hears };
  return brief(reloadFindings([look], main, watches));
};
const deaf = receiver({});
const hearing = receiver({ caught: ["SIGHUP"] });

test.each([
  ["the profile's signal is handled", target(nginx), hearing, [], []],
  ["it is not", target(nginx), deaf, [], ["warning reload-unhandled"]],
  ["it is not, and a watch sends it", target(nginx), deaf, [watch({})], ["error watch-cannot-reload"]],
  ["the same by name", target(nginx), deaf, [watch({ target: "web" })], ["error watch-cannot-reload"]],
  ["the watch is of another", target(nginx), deaf, [watch({ target: "x" })], ["warning reload-unhandled"]],
  ["the watch reloads over HTTP", target(nginx), deaf, [watch({ http: {} })], ["warning reload-unhandled"]],
  [
    "the watch sends another verb that is handled",
    target(nginx, { dump: "SIGUSR1" }),
    receiver({ caught: ["SIGHUP", "SIGUSR1"] }),
    [watch({ verb: "dump" })],
    [],
  ],
  ["the profile has no signal for it", target(envoy), deaf, [], []],
  ["the profile has none, and a watch wants one", target(envoy), deaf, [watch({})], ["error watch-cannot-reload"]],
  ["nothing is known of the app", target(null), deaf, [], []],
  ["nothing is, and a watch sends SIGHUP", target(null), deaf, [watch({})], ["error watch-cannot-reload"]],
  [
    "the configuration names a signal that it does not take",
    target(null, { reload: "SIGUSR1" }),
    hearing,
    [],
    ["warning reload-unhandled"],
  ],
  ["the process is gone", target(nginx), null, [watch({})], []],
])("reloadFindings() where %s", (_, found, hears, watches, expected) => {
  expect(reloads(found, hears, watches)).toEqual(expected);
});

test("a watch of the main app says nothing where there is none", () => {
  expect(reloads(target(null), deaf, [watch({})], none)).toEqual([]);
});
