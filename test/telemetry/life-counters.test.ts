import { describe, expect, test } from "bun:test";
import { createBus } from "#daemon/bus.ts";
import { eventProcess } from "#daemon/watch/register.ts";
import type { EventDraft } from "#process/event.ts";
import type { Process } from "#process/process.ts";
import { countLives } from "#telemetry/life-counters.ts";
import { processFamilies } from "#telemetry/process-families.ts";
import { createProcessSums } from "#telemetry/process-sums.ts";
import { samplesOf } from "../support/exposition.ts";
import { hexId, type Row, tableOf } from "../support/processes.ts";

function counting(...rows: Row[]) {
  const bus = createBus(Date.now);
  const sums = createProcessSums(() => 0);
  const table = tableOf(rows);
  const known = new Map(table.byPid);
  const labels = new Map([[hexId("web"), "web 0123"]]);
  const usedUp = new Map<number, number>();
  const lives = countLives({
    bus,
    clock: () => 0,
    known,
    sums,
    labels: () => labels,
    usage: {
      usedUp: ({ pid }) => {
        const userSeconds = usedUp.get(pid);
        return userSeconds === undefined ? null : { userSeconds, systemSeconds: 0, minorFaults: 0, majorFaults: 0 };
      },
    },
  });
  const emit = (type: EventDraft["type"], pid: number | null, data: EventDraft["data"] = {}) =>
    bus.emit({ type, process: pid === null ? null : eventProcess(known.get(pid) as Process), data });
  const look = () =>
    sums.look(
      [],
      () => "",
      () => ({ open: null, limit: null }),
    );
  const snapshot = () => ({ observedAt: 0, perProcess: false, shown: [], sums: look(), unreadable: 0 });
  const lines = () => samplesOf([...lives.families(), ...processFamilies(snapshot())]);
  return { known, labels, usedUp, emit, lines: (name: string) => lines().filter((line) => line.startsWith(name)) };
}

const exit = (exitCode: number | null, signal: string | null = null, coreDumped: boolean | null = false) => ({
  exitCode,
  signal,
  coreDumped,
});
const unknown = exit(null, null, null);

describe("starts", () => {
  test("are counted by container, from 0 on", () => {
    const { emit, labels, lines } = counting({ pid: 1, in: "web" }, { pid: 2 }, { pid: 3, in: "?bare" });
    labels.set("idle", "idle");
    for (const pid of [1, 1, 2, 3]) emit("process.started", pid);
    expect(lines("sexton_process_starts_total").sort()).toEqual([
      'sexton_process_starts_total{container=""} 1',
      `sexton_process_starts_total{container="${hexId("?bare").slice(0, 12)}"} 1`,
      'sexton_process_starts_total{container="idle"} 0',
      'sexton_process_starts_total{container="web 0123"} 2',
    ]);
  });
});

describe("exits", () => {
  test.each([
    ["a code", exit(3), 'reason="exited",code="3"'],
    ["a signal", exit(null, "SIGKILL"), 'reason="signaled",signal="SIGKILL"'],
    ["a signal that has no name", exit(null, null), 'reason="signaled",signal=""'],
  ])("by %s are counted when they are told", (_, data, how) => {
    const { emit, lines } = counting({ pid: 1, name: "job", in: "web" });
    emit("process.exited", 1, data);
    expect(lines("sexton_process_exits_total")).toEqual([
      `sexton_process_exits_total{container="web 0123",name="job",${how}} 1`,
    ]);
    emit("process.reaped", 1, data);
    expect(lines("sexton_process_exits_total")).toHaveLength(1);
    expect(lines("sexton_process_exits_total")[0]).toEndWith(" 1");
  });

  test("that are told only at the collection are counted then, once", () => {
    const { emit, lines } = counting({ pid: 1, name: "job" }, { pid: 2, name: "job" });
    emit("process.exited", 1, unknown);
    emit("process.exited", 2, unknown);
    expect(lines("sexton_process_exits_total")).toEqual([]);
    emit("process.reaped", 1, exit(0));
    emit("process.reaped", 1, exit(0));
    emit("process.reaped", 2, unknown);
    expect(lines("sexton_process_exits_total")).toEqual([
      'sexton_process_exits_total{container="",name="job",reason="exited",code="0"} 1',
      'sexton_process_exits_total{container="",name="job",reason="unknown"} 1',
    ]);
  });

  test("of before the watching are none that were seen", () => {
    const { emit, lines } = counting({ pid: 1, name: "job" });
    emit("process.reaped", 1, exit(0));
    expect(lines("sexton_process_exits_total")).toEqual([]);
  });

  test("leave what was used: as the zombie tells it, else as it was last known", () => {
    const { emit, usedUp, lines } = counting(
      { pid: 1, name: "told", userSeconds: 1 },
      { pid: 2, name: "known", userSeconds: 2 },
    );
    usedUp.set(1, 5);
    emit("process.exited", 1, exit(0));
    emit("process.exited", 2, unknown);
    const cpu = lines("sexton_processes_cpu_seconds_total").filter((line) => line.includes('mode="user"'));
    expect(cpu).toEqual([
      'sexton_processes_cpu_seconds_total{container="",name="told",mode="user"} 5',
      'sexton_processes_cpu_seconds_total{container="",name="known",mode="user"} 2',
    ]);
  });
});

test("signals are counted by outcome; a refused one by its name where it was one, never by a text of the caller's", () => {
  const { emit, lines } = counting({ pid: 1 });
  emit("signal.sent", 1, { signal: "SIGHUP" });
  emit("signal.sent", 1, { signal: "SIGHUP" });
  emit("signal.refused", 1, { verb: "hup", kind: "signal-unhandled" });
  emit("signal.refused", 1, { verb: "terminate", signal: "SIGTERM", kind: "signal-unhandled" });
  emit("signal.refused", null, { verb: 'reload"\n', kind: "target-ambiguous" });
  emit("signal.refused", null, { verb: "anything", kind: "target-ambiguous" });
  expect(lines("sexton_signals_total")).toEqual([
    'sexton_signals_total{signal="SIGHUP",outcome="sent"} 2',
    'sexton_signals_total{signal="SIGHUP",outcome="signal-unhandled"} 1',
    'sexton_signals_total{signal="SIGTERM",outcome="signal-unhandled"} 1',
    'sexton_signals_total{signal="",outcome="target-ambiguous"} 2',
  ]);
});
