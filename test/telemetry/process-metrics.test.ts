import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  chooseProcesses,
  type ProcessFigures,
  processAttributes,
  processLabels,
  processMetrics,
} from "#telemetry/process-metrics.ts";
import { hexId, type Row, tableOf } from "../support/processes.ts";

const figuresOf = (row: Row, more: Partial<ProcessFigures> = {}): ProcessFigures => ({
  process: tableOf([row]).processes[0] as ProcessFigures["process"],
  container: "",
  openFds: null,
  maxFds: null,
  voluntarySwitches: null,
  involuntarySwitches: null,
  ...more,
});

describe("chooseProcesses()", () => {
  const pids = (rows: readonly Row[], perProcess: "off" | "top" | "all", top: number) =>
    chooseProcesses(tableOf(rows).processes, { perProcess, top }).map(({ pid }) => pid);
  const rows: Row[] = [
    { pid: 1, name: "idle" },
    { pid: 2, name: "was busy", cpuSeconds: 900 },
    { pid: 3, name: "is busy", cpuSeconds: 100, cpuPercent: 80 },
    { pid: 4, name: "large", rssBytes: 1_000_000 },
    { pid: 5, name: "just born", cpuSeconds: 0.01, cpuPercent: 100 },
    { pid: 6, name: "busy a little", cpuSeconds: 50, cpuPercent: 2 },
    { pid: 7, name: "kworker", kernelThread: true, cpuSeconds: 9_999, cpuPercent: 100 },
  ];

  test("off: none; all: all but the kernel's threads", () => {
    expect(pids(rows, "off", 50)).toEqual([]);
    expect(pids(rows, "all", 1)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("top: those that use most CPU now and most memory, in the table's order", () => {
    expect(pids(rows, "top", 1)).toEqual([3, 4]);
    // What was born a moment ago has used too little to push out what is busy all the time.
    expect(pids(rows, "top", 2)).toEqual([1, 3, 4, 6]);
    expect(pids(rows, "top", 3)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("where nothing happens those come first that have used most, so that the choice stays", () => {
    const idle: Row[] = [10, 11, 12, 13].map((pid) => ({ pid, cpuSeconds: pid === 12 ? 9 : 1, rssBytes: 5 }));
    expect(pids(idle, "top", 1)).toEqual([10, 12]);
  });

  test("top is never more than two of N, and all where there are no more than N", () => {
    const row = fc.record({
      cpuSeconds: fc.nat(100),
      cpuPercent: fc.nat(100),
      rssBytes: fc.nat(3),
      kernelThread: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (figures, top) => {
        const { processes } = tableOf(figures.map((figure, index) => ({ pid: index + 1, ...figure })));
        const chosen = chooseProcesses(processes, { perProcess: "top", top });
        const there = processes.filter(({ kernelThread }) => !kernelThread).length;
        expect(chosen.length).toBeLessThanOrEqual(Math.min(2 * top, there));
        expect(chosen.length).toBeGreaterThanOrEqual(Math.min(top, there));
        const largest = Math.max(
          ...processes.filter(({ kernelThread }) => !kernelThread).map(({ rssBytes }) => rssBytes),
        );
        if (there > 0) expect(chosen.some(({ rssBytes }) => rssBytes === largest)).toBe(true);
      }),
    );
  });
});

describe("processMetrics", () => {
  const process: Row = {
    pid: 17,
    userSeconds: 1.5,
    systemSeconds: 0.5,
    rssBytes: 4_096,
    virtualBytes: 8_192,
    threads: 3,
    minorFaults: 7,
    majorFaults: 1,
    startedAt: 1_700_000_000_123,
  };
  const full = figuresOf(process, { openFds: 9, maxFds: 64, voluntarySwitches: 5, involuntarySwitches: 2 });
  const valuesOf = (figures: ProcessFigures) =>
    Object.fromEntries(
      processMetrics.map(({ otel, prometheus, values }) => [
        `${otel?.name ?? ""} ${prometheus?.name ?? ""}`.trim(),
        Object.fromEntries(Object.entries(values).map(([key, read]) => [key, read(figures, 1_700_000_060_123)])),
      ]),
    );

  test("each figure stands under both of its names", () => {
    expect(valuesOf(full)).toEqual({
      "process.cpu.time sexton_process_cpu_seconds_total": { user: 1.5, system: 0.5 },
      "process.memory.usage sexton_process_resident_memory_bytes": { "": 4_096 },
      "process.memory.virtual sexton_process_virtual_memory_bytes": { "": 8_192 },
      "process.thread.count sexton_process_threads": { "": 3 },
      "process.unix.file_descriptor.count sexton_process_open_fds": { "": 9 },
      sexton_process_max_fds: { "": 64 },
      "process.context_switches sexton_process_context_switches_total": { voluntary: 5, involuntary: 2 },
      "process.paging.faults sexton_process_page_faults_total": { minor: 7, major: 1 },
      "process.uptime": { "": 60 },
      sexton_process_start_time_seconds: { "": 1_700_000_000.123 },
    });
  });

  test("what is hidden is null, never 0", () => {
    expect(valuesOf(figuresOf(process))).toMatchObject({
      "process.unix.file_descriptor.count sexton_process_open_fds": { "": null },
      sexton_process_max_fds: { "": null },
      "process.context_switches sexton_process_context_switches_total": { voluntary: null, involuntary: null },
    });
  });

  test("an attribute and a label come with values, and one without the other does not", () => {
    for (const { otel, prometheus, values } of processMetrics) {
      const isPlain = Object.keys(values).join() === "";
      for (const name of [otel?.attribute, prometheus?.label]) {
        if (name !== undefined) expect(name === null).toBe(isPlain);
      }
    }
  });
});

test("a process is identified by pid and creation time, and no argument of it is told", () => {
  const figures = figuresOf(
    { pid: 17, name: "nginx: worker", in: "web", exe: "/usr/sbin/nginx (deleted)", args: ["nginx", "--token=secret"] },
    { container: "web" },
  );
  expect(processAttributes(figures)).toEqual({
    "process.pid": 17,
    "process.creation.time": "1970-01-01T00:00:00.000Z",
    "process.executable.name": "nginx",
    "container.id": hexId("web"),
    "container.name": "web",
  });
  expect(processLabels(figures)).toEqual({ pid: "17", name: "nginx: worker", container: "web" });
  expect(processAttributes(figuresOf({ pid: 1, name: "hidden", exe: null }))).toEqual({
    "process.pid": 1,
    "process.creation.time": "1970-01-01T00:00:00.000Z",
    "process.executable.name": "hidden",
  });
});
