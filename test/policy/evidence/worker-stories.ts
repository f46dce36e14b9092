import type { WorkerRule } from "#policy/evidence/proof.ts";
import type { Ending, Worker } from "#policy/evidence/workers.ts";

const resting = { isBusy: false, cpuSeconds: 1 };

export const master: Worker = worker(1, "app: master");

export function worker(pid: number, title = "app", more: Partial<Worker> = {}): Worker {
  return {
    pid,
    startTicks: 1_000 + pid,
    name: "app",
    title,
    exe: "/bin/app",
    layout: 7,
    ended: false,
    activity: resting,
    ...more,
  };
}

/** Who is there before the signal, and at each look after it. */
export interface Story {
  readonly rule?: WorkerRule | null;
  readonly before: readonly Worker[];
  /** Milliseconds since the signal, and who is there then. */
  readonly looks: readonly (readonly [elapsedMs: number, ...workers: Worker[]])[];
  readonly ageMs?: number;
  readonly ending?: Ending;
  readonly masterAfter?: Worker;
}

const twice = (...workers: readonly Worker[]): Story["looks"] => [
  [20, ...workers],
  [400, ...workers],
];

export const old = [worker(11), worker(12)];
export const fresh = [worker(21), worker(22)];

/** With what the last look is to show. */
export type Told = readonly [title: string, story: Story, expected: string | null];

export const stories: readonly Told[] = [
  ["all new", { before: old, looks: twice(...fresh) }, "2 started, 2 exited"],
  [
    "all new, but a moment ago",
    {
      before: old,
      looks: [
        [390, ...fresh],
        [400, ...fresh],
      ],
    },
    null,
  ],
  [
    "all new, and still loading",
    {
      before: old,
      looks: [
        [20, ...fresh],
        [340, ...fresh],
        [400, ...fresh.map((one) => ({ ...one, activity: { isBusy: false, cpuSeconds: 1.5 } }))],
      ],
    },
    null,
  ],
  [
    "all new, and never at rest",
    {
      before: old,
      looks: [
        [20, ...fresh],
        [800, ...fresh.map((one) => ({ ...one, activity: { isBusy: true, cpuSeconds: 1.5 } }))],
      ],
    },
    "2 started, 2 exited",
  ],
  ["one is left", { before: old, looks: twice(...fresh, old[0] as Worker) }, null],
  ["fewer than before", { before: old, looks: twice(worker(21)) }, null],
  ["nothing happens", { before: old, looks: [[400, ...old]] }, null],
  ["all have gone and nobody came", { before: old, looks: [[20], [400]] }, null],
  ["nobody was there before", { before: [], looks: twice(...fresh) }, null],
  [
    "new ones that are zombies",
    {
      before: old,
      looks: [
        [20, ...fresh],
        [400, ...fresh.map((one) => ({ ...one, ended: true }))],
      ],
    },
    null,
  ],
  [
    "new ones that end and are replaced again and again",
    {
      before: old,
      looks: [
        [20, worker(21), worker(22)],
        [200, worker(23), worker(24)],
        [340, worker(25), worker(26)],
      ],
    },
    null,
  ],
  [
    "another program instead, as a shell's jobs",
    {
      before: old.map((one) => ({ ...one, layout: 8, exe: "/bin/sleep", name: "sleep" })),
      looks: twice(worker(21, "sleep", { layout: 9, exe: "/bin/sleep" })),
    },
    null,
  ],
  [
    "forks that execute something else",
    {
      before: old,
      looks: [
        [20, ...fresh],
        [400, ...fresh.map((one) => ({ ...one, layout: 9, exe: "/bin/other" }))],
      ],
    },
    null,
  ],
  [
    "the same program, executed for each",
    {
      before: old.map((one) => ({ ...one, layout: 8 })),
      looks: [
        [20, ...fresh.map((one) => ({ ...one, layout: 9 }))],
        [400, ...fresh.map((one) => ({ ...one, layout: 9, exe: "/bin/app (deleted)" }))],
      ],
    },
    "2 started, 2 exited",
  ],
  [
    "everything hidden but the name",
    {
      before: old.map((one) => ({ ...one, layout: null, exe: null })),
      looks: twice(...fresh.map((one) => ({ ...one, layout: null, exe: null }))),
    },
    "2 started, 2 exited",
  ],
  [
    "sessions that live for a moment",
    {
      before: old,
      ageMs: 300,
      looks: [
        [200, ...fresh],
        [600, ...fresh],
      ],
    },
    null,
  ],
  [
    "workers that live for a while",
    {
      before: old,
      ageMs: 5_000,
      looks: [
        [200, ...fresh],
        [600, ...fresh],
      ],
    },
    "2 started, 2 exited",
  ],
  ["a single one, of which nobody knows how it ended", { before: [worker(11)], looks: twice(worker(21)) }, null],
  [
    "a single one that ended in order",
    { before: [worker(11)], ending: "clean", looks: twice(worker(21)) },
    "1 started, 1 exited",
  ],
  ["a single one that crashed", { before: [worker(11)], ending: "crashed", looks: twice(worker(21)) }, null],
  [
    "a single one that was still there when the new one came",
    {
      before: [worker(11)],
      looks: [
        [20, worker(21), worker(11)],
        [40, worker(21)],
        [400, worker(21)],
      ],
    },
    "1 started, 1 exited",
  ],
  [
    "a single one of a master that executed itself",
    { before: [worker(11)], masterAfter: { ...master, layout: 9 }, looks: twice(worker(21, "", { layout: 9 })) },
    "1 started, 1 exited",
  ],
  [
    "a pid that was used again",
    { before: old, looks: twice(...old.map((one) => ({ ...one, startTicks: 5 }))) },
    "2 started, 2 exited",
  ],
];
