import { describe, expect, test } from "bun:test";
import { createPids } from "#daemon/pids/pids.ts";
import { gone } from "#kernel/procfs/read.ts";
import { type ProcRoot, procRoot } from "#kernel/procfs/root.ts";
import type { EventDraft } from "#process/event.ts";
import type { ProcessTable } from "#process/table.ts";
import { podOf, type Row } from "../../support/processes.ts";

const encoder = new TextEncoder();

type Files = Readonly<Record<string, string>>;

/** A /proc of nothing but the kernel's limits. */
function rootOf(files: Files): ProcRoot {
  const read = (_: unknown, file: string) => (file in files ? encoder.encode(files[file]) : gone);
  return { ...procRoot("test/fixtures"), read, readText: () => gone, readLink: () => gone };
}

const kernel = {
  loadavg: "0.00 0.01 0.05 1/700 4711\n",
  "sys/kernel/osrelease": "6.18.2\n",
  "sys/kernel/pid_max": "4194304\n",
  "sys/kernel/threads-max": "100000\n",
};

const rows = (count: number, row: Partial<Row> = {}): Row[] =>
  Array.from({ length: count }, (_, index) => ({ pid: 100 + index, ppid: 20, in: "app", ...row }));
const shell: Row = { pid: 20, name: "sh", in: "app" };
/** So many tasks in all: the pause, sexton, a shell, and its children. */
const podWith = (tasks: number, row: Partial<Row> = {}) => podOf(shell, ...rows(tasks - 3, row));

function sampling(podPidsLimit: number | null = 200, files: Files = kernel, initialNamespace = false) {
  let now = 5_000;
  let table: ProcessTable = podWith(10);
  let scans = 0;
  const events: EventDraft[] = [];
  const pids = createPids({
    root: rootOf(files),
    clock: () => now,
    observer: {
      live: () => table,
      table() {
        scans++;
        return table;
      },
    },
    bus: { emit: (draft) => events.push(draft) },
    known: () => table.processes.length,
    surroundings: { initialNamespace },
    settings: { podPidsLimit },
  });
  return {
    pids,
    events,
    scans: () => scans,
    /** Ticks every second, as the timer does, for so long with this table. */
    pass(seconds: number, next: ProcessTable = table) {
      table = next;
      for (let second = 0; second < seconds; second++) {
        now += 1_000;
        pids.tick();
      }
    },
    budget: () => pids.budgets(table).pod,
    told: () => events.map(({ data }) => `${data?.["level"]} ${data?.["current"]}/${data?.["limit"]}`),
  };
}

describe("the budget of the pod", () => {
  test("is told by the limit that leaves least room", () => {
    const budgetOf = (...settings: Parameters<typeof sampling>) => sampling(...settings).budget();
    expect(budgetOf(200)).toMatchObject({ current: 10, limit: 200, source: "setting", counts: "pod" });
    expect(budgetOf(null)).toMatchObject({ current: 700, limit: 100_000, source: "kernel.threads-max" });
    const low = { ...kernel, "sys/kernel/pid_max": "400\n" };
    expect(budgetOf(null, low)).toMatchObject({
      current: 10,
      limit: 400,
      source: "kernel.pid_max",
      counts: "namespace",
    });
    expect(budgetOf(null, {})).toMatchObject({ current: 10, limit: null, source: null, percent: null });
  });

  test("counts the node's threads against kernel.pid_max before Linux 6.14, and where the node is what is seen", () => {
    const older = { ...kernel, "sys/kernel/osrelease": "6.12.1\n", "sys/kernel/pid_max": "32768\n" };
    const expected = { current: 700, limit: 32_768, source: "kernel.pid_max", counts: "node" };
    expect(sampling(null, older).budget()).toMatchObject(expected);
    expect(sampling(null, { ...older, "sys/kernel/osrelease": "6.18.1\n" }, true).budget()).toMatchObject(expected);
  });

  test("counts threads, zombies and what cannot be read", () => {
    const { pass, budget } = sampling();
    pass(0, { ...podOf({ ...shell, threads: 8 }, ...rows(4, { state: "zombie" })), unreadable: 3 });
    expect(budget()).toMatchObject({ current: 2 + 8 + 4 + 3, zombies: 4 });
  });

  test("of a container without a readable cgroup is the count of its tasks, without a limit", () => {
    const { pids } = sampling();
    const [app] = [...pids.budgets().containers.values()].filter(({ container }) => container.name === "app");
    expect(app).toMatchObject({ current: 8, limit: null, source: null, counts: "container", currentFrom: "processes" });
  });
});

describe("growth", () => {
  test("is known after a minute, and says when the limit is reached", () => {
    const { pass, budget } = sampling();
    for (let tasks = 20; tasks < 26; tasks++) pass(10, podWith(tasks));
    expect(budget()).toMatchObject({ growthPerHour: null, secondsToExhaustion: null });
    for (let tasks = 26; tasks < 50; tasks++) pass(10, podWith(tasks));
    expect(budget()).toMatchObject({ current: 49, growthPerHour: 360, secondsToExhaustion: 1_510 });
  });

  test("is that of the last ten minutes", () => {
    const { pass, budget } = sampling();
    for (let tasks = 20; tasks < 80; tasks++) pass(10, podWith(tasks));
    pass(700);
    expect(budget()).toMatchObject({ current: 79, growthPerHour: 0, secondsToExhaustion: null });
  });

  test("takes no samples in between, and no scans", () => {
    const { pass, scans } = sampling();
    pass(3_600, podWith(100));
    expect(scans()).toBe(0);
  });
});

describe("pids.pressure", () => {
  test("is told at 80 and at 95 percent, with who grows", () => {
    const { pass, events, told } = sampling();
    pass(30);
    pass(10, podWith(159));
    expect(told()).toEqual([]);
    pass(10, podWith(160, { state: "zombie" }));
    pass(10, podWith(192));
    pass(10, podWith(100));
    expect(told()).toEqual(["warning 160/200", "critical 192/200", "ok 100/200"]);
    expect(events[0]).toEqual({
      type: "pids.pressure",
      data: {
        scope: "pod",
        container: null,
        level: "warning",
        current: 160,
        limit: 200,
        source: "setting",
        counts: "pod",
        percent: 80,
        zombies: 157,
        secondsToExhaustion: null,
        growing: [
          expect.objectContaining({
            container: { id: expect.any(String), name: "app", pod: null },
            parent: null,
            growth: 150,
          }),
          expect.objectContaining({
            parent: { pid: 20, id: "20-2000", name: "sh", commandLine: "sh" },
            process: null,
            count: 157,
            zombies: 157,
            growth: 150,
          }),
        ],
      },
    });
  });

  test("does not wait for the next sample when the processes change much", () => {
    const { pass, told } = sampling();
    pass(10);
    pass(1, podWith(19));
    expect(told()).toEqual([]);
    pass(1, podWith(198));
    expect(told()).toEqual(["critical 198/200"]);
  });

  test("under way at the start is told at once, without a growth that nobody has seen", () => {
    const { pass, events } = sampling(12);
    pass(1);
    expect(events[0]?.data).toMatchObject({ level: "warning", percent: 83.3 });
    expect(events[0]?.data?.["growing"]).toContainEqual(expect.objectContaining({ count: 8, growth: null }));
  });

  test("follows the setting when it changes", () => {
    const { pass, pids, told } = sampling(12);
    pass(10);
    pids.configure({ podPidsLimit: 100 });
    pass(10);
    pids.configure({ podPidsLimit: null });
    pass(10);
    pids.configure({ podPidsLimit: 10 });
    pass(10);
    expect(told()).toEqual(["warning 10/12", "ok 10/100", "critical 10/10"]);
  });
});
