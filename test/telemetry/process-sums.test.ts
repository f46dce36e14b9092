import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Process } from "#process/process.ts";
import { createProcessSums, type Fds, type ProcessSum } from "#telemetry/process-sums.ts";
import { type Row, tableOf } from "../support/processes.ts";

const noFds = (): Fds => ({ open: null, limit: null });
const containerOf = ({ container }: Process) => container?.name ?? "";
const processesOf = (...rows: Row[]) => tableOf(rows).processes;

function sumsAt(time = { now: 0 }) {
  const sums = createProcessSums(() => time.now);
  const look = (processes: readonly Process[], fdsOf: (process: Process) => Fds = noFds) =>
    sums.look(processes, containerOf, fdsOf);
  return { sums, look, time };
}

const of = (all: readonly ProcessSum[], name: string) => all.find((sum) => sum.name === name);
const used = (user: number) => ({ userSeconds: user, systemSeconds: 0, minorFaults: 0, majorFaults: 0 });

describe("the processes of one name in one container", () => {
  test("are added up: states, memory, threads, the oldest, open files and the worst share of their limit", () => {
    const { look } = sumsAt();
    const processes = processesOf(
      { pid: 1, name: "web", in: "app", rssBytes: 10, threads: 2, startedAt: 500, state: "running" },
      { pid: 2, name: "web", in: "app", rssBytes: 5, threads: 1, startedAt: 400, state: "sleeping" },
      { pid: 3, name: "web", in: "app", rssBytes: 0, threads: 1, startedAt: 600, state: "zombie" },
      { pid: 4, name: "web", in: "other", rssBytes: 7, threads: 1, startedAt: 100, state: "sleeping" },
      { pid: 5, name: "kworker", kernelThread: true },
    );
    const fds: Record<number, Fds> = {
      1: { open: 30, limit: 40 },
      2: { open: 10, limit: 1_000 },
      4: { open: 9, limit: null },
    };
    const all = look(processes, ({ pid }) => fds[pid] ?? { open: null, limit: 10 });
    expect(all.map(({ container, name }) => [container, name])).toEqual([
      ["app", "web"],
      ["other", "web"],
    ]);
    expect(all[0]?.present).toEqual({
      states: new Map([
        ["running", 1],
        ["sleeping", 1],
        ["zombie", 1],
      ]),
      rssBytes: 15,
      threads: 4,
      oldestStart: 400,
      openFds: 40,
      worstFdRatio: 0.75,
    });
    expect(all[1]?.present).toMatchObject({ openFds: 9, worstFdRatio: null });
  });

  test("who may open no file at all is not near its limit; without a limit nobody is", () => {
    const { look } = sumsAt();
    const processes = processesOf({ pid: 1, name: "sandboxed" }, { pid: 2, name: "free" });
    const limits: Record<number, number> = { 1: 0, 2: Number.POSITIVE_INFINITY };
    const all = look(processes, ({ pid }) => ({ open: 5, limit: limits[pid] ?? null }));
    expect(all.map(({ present }) => present?.worstFdRatio)).toEqual([null, 0]);
  });

  test("what one used stays in the sum when it has ended, and what it used last is added", () => {
    const { sums, look } = sumsAt();
    const [web, shell] = processesOf({ pid: 1, name: "web", ...used(5) }, { pid: 2, name: "web", ...used(3) }) as [
      Process,
      Process,
    ];
    look([web, shell]);
    sums.ended(shell, "", { ...used(4), majorFaults: 2 });
    expect(of(look([web]), "web")?.used).toEqual({ ...used(9), majorFaults: 2 });
    sums.gone(shell);
    expect(of(look([web]), "web")?.used.userSeconds).toBe(9);
  });

  test("a process that no look has ever seen counts as far as the register knew it", () => {
    const { sums, look } = sumsAt();
    const [job] = processesOf({ pid: 1, name: "job", ...used(2) }) as [Process];
    sums.ended(job, "app", null);
    sums.gone(job);
    const [sum] = look([]);
    expect(sum).toMatchObject({ container: "app", name: "job", present: null, used: used(2) });
  });

  test("a table from before the collection does not count it twice", () => {
    const { sums, look } = sumsAt();
    const [job] = processesOf({ pid: 1, name: "job", ...used(2) }) as [Process];
    sums.ended(job, "", null);
    sums.gone(job);
    expect(of(look([job]), "job")?.used.userSeconds).toBe(2);
  });

  test("who ended after the table was made, and is a zombie in the next one, is not counted twice", () => {
    const { sums, look } = sumsAt();
    const [job] = processesOf({ pid: 1, name: "job", ...used(2) }) as [Process];
    sums.ended(job, "", null);
    look([]);
    expect(of(look([job]), "job")?.used.userSeconds).toBe(2);
  });

  test("a pid that is used again is another process", () => {
    const { look } = sumsAt();
    look(processesOf({ pid: 1, name: "web", startTicks: 100, ...used(5) }));
    const all = look(processesOf({ pid: 1, name: "web", startTicks: 200, ...used(1) }));
    expect(of(all, "web")?.used.userSeconds).toBe(6);
  });

  test("after an exec what is used goes to the new name", () => {
    const { look } = sumsAt();
    look(processesOf({ pid: 1, name: "sh", ...used(1) }));
    const all = look(processesOf({ pid: 1, name: "web", ...used(4) }));
    expect([of(all, "sh")?.used.userSeconds, of(all, "web")?.used.userSeconds]).toEqual([1, 3]);
  });

  test("exits are counted by how, and beyond 32 ways together", () => {
    const { sums, look } = sumsAt();
    for (let code = 0; code < 256; code++) sums.exited("job", "app", { reason: "exited", code: `${code}` });
    sums.exited("job", "app", { reason: "exited", code: "0" });
    const exits = of(look([]), "job")?.exits;
    expect(exits).toHaveLength(33);
    expect(exits?.[0]).toEqual({ how: { reason: "exited", code: "0" }, count: 2 });
    expect(exits?.at(-1)).toEqual({ how: { reason: "other" }, count: 224 });
  });

  test("10,000 names that come and go leave those of the living, and for ten minutes a hundred of the rest", () => {
    const { sums, look, time } = sumsAt();
    const web = processesOf({ pid: 1, name: "web", ...used(1) });
    for (let pid = 2; pid < 10_002; pid++) {
      const [job] = processesOf({ pid, name: `job-${pid}`, ...used(1) }) as [Process];
      sums.ended(job, "", null);
      sums.exited(job.name, "", { reason: "exited", code: "0" });
      sums.gone(job);
      if (pid % 1_000 === 0) expect(look(web).length).toBeLessThanOrEqual(101);
    }
    expect(look(web)).toHaveLength(101);
    time.now = 600_001;
    expect(look(web).map(({ name }) => name)).toEqual(["web"]);
  });

  test("2,000 names that live at once are a thousand, and one sum for the rest that does not fall either", () => {
    const { look } = sumsAt();
    const rows = (seconds: number) =>
      Array.from({ length: 2_000 }, (_, index) => ({ pid: index + 1, name: `job-${index}`, ...used(seconds) }));
    const total = (all: readonly ProcessSum[]) => all.reduce((sum, { used: of }) => sum + of.userSeconds, 0);
    const first = look(processesOf(...rows(1)));
    expect(first.length).toBe(1_001);
    expect(total(first)).toBe(2_000);
    const second = look(processesOf(...rows(2)));
    expect(of(second, "")?.used.userSeconds).toBe(2 * (of(first, "")?.used.userSeconds ?? 0));
    expect(total(second)).toBe(4_000);
  });
});

/** A pod's life as steps: what happens to one of few pids, a scan, and a look at what it saw, which may be later. */
const pid = fc.integer({ min: 1, max: 4 });
const step = fc.oneof(
  fc.record({ kind: fc.constant("work" as const), pid, seconds: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ kind: fc.constant("end" as const), pid }),
  fc.record({ kind: fc.constant("collect" as const), pid }),
  fc.record({ kind: fc.constant("scan" as const) }),
  fc.record({ kind: fc.constant("look" as const) }),
);

test("whatever happens in whatever order: no sum ever falls, and nothing is counted twice or lost", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { sums, look } = sumsAt();
      const there = new Map<number, { startTicks: number; seconds: number; ended: boolean }>();
      let births = 0;
      let total = 0;
      let before = 0;
      let scanned: readonly Process[] | null = null;
      const rowOf = (pid: number): Row => {
        const { startTicks, seconds, ended } = there.get(pid) as NonNullable<ReturnType<typeof there.get>>;
        return { pid, startTicks, name: `name-${pid % 2}`, state: ended ? "zombie" : "running", ...used(seconds) };
      };
      const scan = () => processesOf(...[...there.keys()].map(rowOf));
      const lookAt = (processes: readonly Process[]) => {
        const sum = look(processes).reduce((all, { used: { userSeconds } }) => all + userSeconds, 0);
        expect(sum).toBeGreaterThanOrEqual(before);
        expect(sum).toBeLessThanOrEqual(total);
        before = sum;
        return sum;
      };
      for (const one of steps) {
        if (one.kind === "scan") {
          scanned = scan();
          continue;
        }
        if (one.kind === "look") {
          // Nobody looks at a scan twice: a snapshot is kept for as long as its table is the newest.
          if (scanned) lookAt(scanned);
          scanned = null;
          continue;
        }
        const life = there.get(one.pid);
        if (one.kind === "work" && !life?.ended) {
          there.set(one.pid, {
            startTicks: life?.startTicks ?? ++births,
            seconds: (life?.seconds ?? 0) + one.seconds,
            ended: false,
          });
          total += one.seconds;
        } else if (one.kind === "end" && life && !life.ended) {
          life.ended = true;
          const [process] = processesOf(rowOf(one.pid)) as [Process];
          sums.ended(process, "", process);
        } else if (one.kind === "collect" && life?.ended) {
          there.delete(one.pid);
          sums.gone({ pid: one.pid, startTicks: life.startTicks });
        }
      }
      expect(lookAt(scan())).toBe(total);
    }),
    { numRuns: 500 },
  );
});
