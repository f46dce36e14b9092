import { describe, expect, test } from "bun:test";
import { isProblem, type Problem } from "#base/errors.ts";
import { profiles } from "#policy/profiles.ts";
import { listTargets, resolveTarget, type Target, type TargetSettings, targetOfProcess } from "#policy/target.ts";
import type { ProcessTable } from "#process/table.ts";
import { hexId, podOf, tableOf } from "../support/processes.ts";

const nginx = { name: "nginx", exe: "/usr/sbin/nginx", args: ["nginx: master process nginx"] };
const web = [
  { pid: 17, in: "web", ...nginx },
  { pid: 18, ppid: 17, in: "web", ...nginx, args: ["nginx: worker process"] },
];
const cache = { pid: 30, in: "cache", name: "redis-server", args: ["redis-server *:6379"] };
const one = podOf(...web);
const two = podOf(...web, cache);
const none: TargetSettings = { targets: {} };

const resolve = (table: ProcessTable, name?: string, settings = none) => resolveTarget(name, table, settings, profiles);
function found(table: ProcessTable, name?: string, settings = none): Target {
  const target = resolve(table, name, settings);
  if (isProblem(target)) throw new Error(target.detail);
  return target;
}
function refused(table: ProcessTable, name?: string, settings = none): Problem {
  const target = resolve(table, name, settings);
  if (!isProblem(target)) throw new Error(`found ${target.name}, pid ${target.process.pid}`);
  return target;
}

describe("resolveTarget() without a name", () => {
  test("takes the one app", () => {
    expect(found(one)).toMatchObject({ name: "web", process: { pid: 17 }, profile: { name: "nginx" }, verbs: {} });
  });

  test("does not choose between two, and lists both", () => {
    const { kind, detail, facts } = refused(two);
    expect(kind).toBe("target-ambiguous");
    expect(detail).toContain("web (pid 17), cache (pid 30)");
    expect(detail).toContain("?target=");
    expect(facts?.["candidates"]).toEqual([
      {
        name: "web",
        pid: 17,
        id: "17-1700",
        container: { id: hexId("web"), name: "web", pod: null },
        profile: "nginx",
      },
      {
        name: "cache",
        pid: 30,
        id: "30-3000",
        container: { id: hexId("cache"), name: "cache", pod: null },
        profile: "redis",
      },
    ]);
  });

  test("takes the command of an init, whoever else can be seen", () => {
    const rows = [
      { pid: 1, name: "sexton", args: ["sexton"] },
      { pid: 6, ppid: 1, name: "sh", args: ["sh"] },
      { pid: 30, ppid: 0, in: "cache", name: "redis-server", args: ["redis-server *:6379"] },
    ];
    expect(found(tableOf(rows, { selfPid: 1, command: 6 })).process.pid).toBe(6);
    expect(
      found(tableOf(rows, { selfPid: 1, command: 6 }), undefined, { targets: {}, targetContainer: "cache" }).process
        .pid,
    ).toBe(30);
  });

  test("says what may be missing where there is no app", () => {
    const { kind, detail } = refused(podOf());
    expect(kind).toBe("target-not-found");
    expect(detail).toContain("shareProcessNamespace: true");
  });

  test.each(["cache", hexId("cache").slice(0, 12)])("takes the app of targetContainer %s", (targetContainer) => {
    expect(found(two, undefined, { targets: {}, targetContainer }).process.pid).toBe(30);
  });

  test("says which apps there are where targetContainer is none of them", () => {
    const { kind, detail } = refused(two, undefined, { targets: {}, targetContainer: "wbe" });
    expect(kind).toBe("target-not-found");
    expect(detail).toContain('"wbe"');
    expect(detail).toContain("web, cache");
  });

  test("takes the one target of the configuration, and does not choose between two", () => {
    expect(found(two, undefined, { targets: { store: { container: "cache" } } }).name).toBe("store");
    const targets = { store: { container: "cache" }, site: { container: "web" } };
    expect(refused(two, undefined, { targets }).kind).toBe("target-ambiguous");
  });
});

describe("resolveTarget() with a name", () => {
  test.each([
    ["the container's name", "cache", 30],
    ["the start of the container's id", hexId("cache").slice(0, 12), 30],
    ["the process's name", "redis-server", 30],
    ["the profile's name", "redis", 30],
    ["the executable's base name", "nginx", 17],
  ])("takes %s: %s", (_, name, pid) => {
    expect(found(two, name).process.pid).toBe(pid);
  });

  test("prefers the container of a name to a process of that name elsewhere", () => {
    const table = podOf({ pid: 17, in: "redis", name: "exporter" }, { pid: 30, in: "cache", name: "redis" });
    expect(found(table, "redis").process.pid).toBe(17);
  });

  test("prefers the container of a name to one whose id starts like it", () => {
    const start = hexId("cache").slice(0, 6);
    const table = podOf({ pid: 17, in: start, name: "exporter" }, cache);
    expect(found(table, start).process.pid).toBe(17);
  });

  test("does not choose between two apps of one process name", () => {
    const table = podOf({ pid: 17, in: "web", ...nginx }, { pid: 30, in: "proxy", ...nginx });
    const { kind, facts } = refused(table, "nginx");
    expect(kind).toBe("target-ambiguous");
    expect(facts?.["candidates"]).toHaveLength(2);
  });

  test("lists the known names where none is meant", () => {
    const { kind, detail, facts } = refused(two, "ngnix", { targets: { store: { container: "cache" } } });
    expect(kind).toBe("target-not-found");
    expect(detail).toContain('"ngnix"');
    expect(detail).toContain("store, web, cache");
    expect(facts?.["candidates"]).toHaveLength(2);
  });

  test.each(["pause", "sexton", "constructor", "__proto__", ""])("does not take %j for a target", (name) => {
    expect(refused(two, name).kind).toBe("target-not-found");
  });

  test("finds apps by name where the container's name is unknown", () => {
    expect(found(podOf({ pid: 17, in: "?web", ...nginx }), "nginx")).toMatchObject({
      name: "nginx",
      process: { pid: 17 },
    });
  });
});

describe("a target of the configuration", () => {
  const table = podOf(
    ...web,
    { pid: 40, in: "worker", name: "sh", args: ["sh", "run.sh"] },
    { pid: 41, ppid: 40, in: "worker", name: "ruby", exe: "/opt/ruby/bin/ruby", args: ["ruby", "clock.rb"] },
    { pid: 42, ppid: 40, in: "worker", name: "ruby", exe: "/opt/ruby/bin/ruby", args: ["ruby", "queue.rb", "-c 2"] },
    { pid: 43, ppid: 42, in: "worker", name: "ruby", exe: "/opt/ruby/bin/ruby", args: ["ruby", "queue.rb", "child"] },
  );
  const pidOf = (rule: TargetSettings["targets"][string]) => found(table, "it", { targets: { it: rule } }).process.pid;
  const kindOf = (rule: TargetSettings["targets"][string]) => refused(table, "it", { targets: { it: rule } }).kind;

  test.each([
    ["a container", { container: "web" }, 17],
    ["a container's id", { container: hexId("worker").slice(0, 8) }, 40],
    ["a profile", { profile: "nginx" }, 17],
    ["a process name", { name: "nginx" }, 17],
    ["an executable's base name, with arguments", { exe: "ruby", args: "clock" }, 41],
    ["an executable's path, with arguments", { exe: "/opt/ruby/bin/ruby", args: "^ruby clock\\.rb$" }, 41],
    ["arguments, where the parent has them too", { args: "queue\\.rb" }, 42],
    ["all together", { container: "worker", name: "ruby", args: "queue" }, 42],
  ])("is found by %s", (_, rule, pid) => {
    expect(pidOf(rule)).toBe(pid);
  });

  test.each([
    ["a container that is not there", { container: "cache" }],
    ["a profile that is not there", { profile: "redis" }],
    ["a profile in another container", { container: "worker", profile: "nginx" }],
    ["a name in another container", { container: "web", name: "ruby" }],
    ["an executable elsewhere", { exe: "/usr/bin/ruby" }],
    ["arguments in another case", { args: "QUEUE" }],
  ])("is not found by %s", (_, rule) => {
    expect(kindOf(rule)).toBe("target-not-found");
  });

  test("is ambiguous where two processes match, and the answer says what was configured", () => {
    const { kind, detail } = refused(table, "it", { targets: { it: { name: "ruby" } } });
    expect(kind).toBe("target-ambiguous");
    expect(detail).toContain('name "ruby"');
    expect(detail).toContain("pid 41");
    expect(detail).toContain("pid 42");
    expect(detail).not.toContain("pid 43");
  });

  test("brings its verbs and keeps its profile", () => {
    const target = found(table, "it", { targets: { it: { container: "web", verbs: { drain: "SIGUSR1" } } } });
    expect(target).toMatchObject({ name: "it", verbs: { drain: "SIGUSR1" }, profile: { name: "nginx" } });
  });

  test("comes before a container of its name", () => {
    expect(found(table, "web", { targets: { web: { container: "worker" } } }).process.pid).toBe(40);
  });
});

describe("listTargets()", () => {
  const names = (settings: TargetSettings) =>
    listTargets(two, settings, profiles).map(
      ({ name, found }) => `${name} ${isProblem(found) ? found.kind : found.process.pid}`,
    );

  test("lists every app", () => {
    expect(names(none)).toEqual(["web 17", "cache 30"]);
  });

  test("lists the configuration first, and no app twice", () => {
    expect(names({ targets: { store: { container: "cache" } } })).toEqual(["store 30", "web 17"]);
  });

  test("lists a target that cannot be found now, with the reason", () => {
    expect(names({ targets: { db: { profile: "postgres" } } })).toEqual(["db target-not-found", "web 17", "cache 30"]);
  });

  test("lists nothing in an empty pod", () => {
    expect(listTargets(tableOf([]), none, profiles)).toEqual([]);
  });
});

describe("targetOfProcess()", () => {
  const of = (pid: number, settings = none) => {
    const process = two.byPid.get(pid);
    if (!process) throw new Error(`no process ${pid}`);
    return targetOfProcess(process, two, settings, profiles);
  };

  test("is the target that the process is, with its verbs", () => {
    const settings = { targets: { store: { container: "cache", verbs: { drain: "SIGUSR1" } } } };
    expect(of(30, settings)).toMatchObject({ name: "store", verbs: { drain: "SIGUSR1" } });
    expect(of(17)).toMatchObject({ name: "web", profile: { name: "nginx" } });
  });

  test("is a target of its own for a worker, with the app's profile", () => {
    expect(of(18)).toMatchObject({ name: "nginx", process: { pid: 18 }, profile: { name: "nginx" }, verbs: {} });
  });

  test("is a target without a profile for what no profile knows", () => {
    expect(of(7)).toMatchObject({ name: "sexton", profile: null });
  });
});
