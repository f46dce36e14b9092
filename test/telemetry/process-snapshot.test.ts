import { describe, expect, test } from "bun:test";
import type { Usage } from "#daemon/usage.ts";
import type { ProcessTable } from "#process/table.ts";
import { processFamilies } from "#telemetry/process-families.ts";
import type { ProcessChoice } from "#telemetry/process-metrics.ts";
import { createProcessSnapshots } from "#telemetry/process-snapshot.ts";
import { createProcessSums } from "#telemetry/process-sums.ts";
import { samplesOf } from "../support/exposition.ts";
import { containersOf, type Row, tableOf } from "../support/processes.ts";

/** Snapshots of tables that the test makes, and of which pids what was read. */
function snapshotsOf(choice: ProcessChoice, countsFds = true) {
  const read = { fds: new Set<number>(), switches: new Set<number>() };
  const usage: Usage = {
    countsFds,
    openFds({ pid }) {
      read.fds.add(pid);
      return pid;
    },
    maxFds: () => 1_000,
    switches({ pid }) {
      read.switches.add(pid);
      return { voluntary: pid, involuntary: 0 };
    },
    usedUp: () => null,
    forget() {},
  };
  let table: ProcessTable = tableOf([]);
  const snapshots = createProcessSnapshots({
    table: () => table,
    usage,
    sums: createProcessSums(() => 0),
    choice: () => choice,
  });
  return {
    read,
    labels: snapshots.labels,
    take: snapshots.take,
    show(rows: readonly Row[]) {
      table = tableOf(rows, {}, containersOf(rows));
      return snapshots.take();
    },
  };
}

const rows: Row[] = [
  { pid: 1, name: "small", in: "app" },
  { pid: 2, name: "large", in: "app", rssBytes: 9 },
  { pid: 3, name: "busy", in: "app", cpuSeconds: 9, cpuPercent: 9 },
  { pid: 4, name: "small", in: "other" },
];

describe("createProcessSnapshots()", () => {
  test("one table is one snapshot, whoever asks", () => {
    const { show, take } = snapshotsOf({ perProcess: "all", top: 50 });
    const first = show(rows);
    expect(take()).toBe(first);
    expect(show(rows)).not.toBe(first);
  });

  test("open files are counted for all, switches read only of who is shown", () => {
    const { show, read } = snapshotsOf({ perProcess: "top", top: 1 });
    const { shown, sums } = show(rows);
    expect(shown.map(({ process, openFds }) => [process.pid, openFds])).toEqual([
      [2, 2],
      [3, 3],
    ]);
    expect([...read.fds]).toEqual([1, 2, 3, 4]);
    expect([...read.switches]).toEqual([2, 3]);
    expect(sums.map(({ name, present }) => [name, present?.worstFdRatio])).toEqual([
      ["small", 0.001],
      ["large", 0.002],
      ["busy", 0.003],
      ["small", 0.004],
    ]);
  });

  test("where they must be listed to be counted, only files of who is shown are", () => {
    const { show, read } = snapshotsOf({ perProcess: "top", top: 1 }, false);
    const { sums } = show(rows);
    expect([...read.fds]).toEqual([2, 3]);
    expect(sums.map(({ present }) => present?.openFds)).toEqual([null, 2, 3, null]);
  });

  test("off: sums alone", () => {
    const { show, read } = snapshotsOf({ perProcess: "off", top: 50 });
    const snapshot = show(rows);
    expect(snapshot.shown).toEqual([]);
    expect([...read.switches]).toEqual([]);
    expect(processFamilies(snapshot).map(({ name }) => name)).not.toContain("sexton_process_cpu_seconds_total");
    expect(samplesOf(processFamilies(snapshot))).toContain(
      'sexton_processes{container="app",name="small",state="sleeping"} 1',
    );
  });

  test("the labels of containers are those of the newest snapshot", () => {
    const { show, labels } = snapshotsOf({ perProcess: "off", top: 50 });
    show(rows);
    expect([...labels().values()].sort()).toEqual(["app", "other"]);
  });
});

describe("processFamilies()", () => {
  test("a process's own series have pid, name and container, whatever its name is", () => {
    const { show } = snapshotsOf({ perProcess: "all", top: 50 });
    const name = 'a"b\\c\nd{}=,é\u{fffd}';
    const lines = samplesOf(
      processFamilies(show([{ pid: 17, name, in: "app", userSeconds: 1.5, state: "disk-sleep" }])),
    );
    const labels = 'pid="17",name="a\\"b\\\\c\\nd{}=,é\u{fffd}",container="app"';
    expect(lines).toContain(`sexton_process_cpu_seconds_total{${labels},mode="user"} 1.5`);
    expect(lines).toContain(`sexton_process_cpu_seconds_total{${labels},mode="system"} 0`);
    expect(lines).toContain(`sexton_process_open_fds{${labels}} 17`);
    expect(lines).toContain(`sexton_process_state{${labels},state="disk-sleep"} 1`);
  });

  test("what is hidden has no sample", () => {
    const { show } = snapshotsOf({ perProcess: "all", top: 50 });
    const snapshot = show([{ pid: 17 }]);
    const hidden = { openFds: null, maxFds: null, voluntarySwitches: null, involuntarySwitches: null };
    const shown = snapshot.shown.map((figures) => ({ ...figures, ...hidden }));
    const lines = samplesOf(processFamilies({ ...snapshot, shown })).filter((line) => line.includes('pid="17"'));
    expect(lines.filter((line) => /_fds|_switches/.test(line))).toEqual([]);
    expect(lines).toHaveLength(9);
  });

  test("after 10,000 processes that have ended there are series of the living, no more", () => {
    const { show } = snapshotsOf({ perProcess: "all", top: 50 });
    const living: Row[] = [{ pid: 1, name: "web", in: "app", ...{ userSeconds: 1 } }];
    const before = samplesOf(processFamilies(show(living)));
    for (let round = 0; round < 100; round++) {
      const jobs = Array.from({ length: 100 }, (_, index) => ({
        pid: round * 100 + index + 2,
        name: "web",
        in: "app",
      }));
      show([...living, ...jobs.map((job) => ({ ...job, userSeconds: 0.25 }))]);
    }
    const after = samplesOf(processFamilies(show(living)));
    const seriesOf = (lines: readonly string[]) => lines.map((line) => line.replace(/ \S+$/, ""));
    expect(seriesOf(after)).toEqual(seriesOf(before));
    expect(after).toContain('sexton_processes_cpu_seconds_total{container="app",name="web",mode="user"} 2501');
  });

  test("of a name that nobody has any more what it used is told, and nothing that it would have to be there for", () => {
    const { show } = snapshotsOf({ perProcess: "all", top: 50 });
    show([{ pid: 1, name: "job", userSeconds: 0.1 + 0.2 }]);
    const lines = samplesOf(processFamilies(show([]))).filter((line) => line.includes('name="job"'));
    expect(lines).toEqual([
      'sexton_processes_cpu_seconds_total{container="",name="job",mode="user"} 0.3',
      'sexton_processes_cpu_seconds_total{container="",name="job",mode="system"} 0',
      'sexton_processes_page_faults_total{container="",name="job",type="minor"} 0',
      'sexton_processes_page_faults_total{container="",name="job",type="major"} 0',
    ]);
  });
});
