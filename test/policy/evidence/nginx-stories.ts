import type { WorkerRule } from "#policy/evidence/proof.ts";
import { nginx } from "#policy/profiles/nginx.ts";
import { type Told, worker } from "./worker-stories.ts";

export const nginxRule = nginx.proof?.workers as WorkerRule;

const [first, second] = [worker(11, "nginx: worker process"), worker(12, "nginx: worker process")];
const [third, fourth] = [worker(21, "nginx: worker process"), worker(22, "nginx: worker process")];
export const nginxOld = [first, second];
export const nginxNew = [third, fourth];
export const leaving = nginxOld.map((one) => ({ ...one, title: "nginx: worker process is shutting down" }));
const cache = worker(13, "nginx: cache manager process");

/** What nginx does with its workers, and what happens to them otherwise. */
export const nginxStories: readonly Told[] = [
  [
    "nginx: old ones that are shutting down",
    {
      rule: nginxRule,
      before: [...nginxOld, cache],
      looks: [
        [5, ...nginxOld, ...nginxNew, cache],
        [150, ...leaving, ...nginxNew, cache],
      ],
    },
    "2 started, 0 exited, 2 leaving",
  ],
  [
    "nginx: fewer workers by the new configuration",
    {
      rule: nginxRule,
      before: nginxOld,
      looks: [
        [5, ...nginxOld, third],
        [150, third],
      ],
    },
    "1 started, 2 exited",
  ],
  [
    "nginx: its cache manager is anew",
    {
      rule: nginxRule,
      before: [...nginxOld, cache],
      looks: [
        [5, ...nginxOld, worker(23, cache.title)],
        [900, ...nginxOld, worker(23, cache.title)],
      ],
    },
    null,
  ],
  [
    "nginx: one of two crashes",
    {
      rule: nginxRule,
      before: nginxOld,
      looks: [
        [5, first],
        [20, first, third],
        [1_500, first, third],
      ],
    },
    null,
  ],
  [
    "nginx: one had crashed right before",
    {
      rule: nginxRule,
      before: [first, { ...second, ended: true }],
      looks: [
        [20, first, third],
        [1_500, first, third],
      ],
    },
    null,
  ],
  [
    "nginx: one had crashed and was collected right before",
    {
      rule: nginxRule,
      before: [first, worker(14, "nginx: worker process")],
      looks: [
        [20, first, worker(14, "nginx: worker process"), third],
        [1_500, first, worker(14, "nginx: worker process"), third],
      ],
    },
    null,
  ],
  [
    "nginx: old ones that are stuck, beside as many new ones",
    {
      rule: nginxRule,
      before: nginxOld,
      looks: [
        [5, ...nginxOld, ...nginxNew],
        [900, ...nginxOld, ...nginxNew],
      ],
    },
    "2 started, 0 exited, 2 leaving",
  ],
  [
    "nginx: one that was leaving before is none that has to leave",
    {
      rule: nginxRule,
      before: [first, leaving[1] as typeof first],
      looks: [
        [5, first, leaving[1] as typeof first, third],
        [150, leaving[1] as typeof first, third],
      ],
    },
    "1 started, 1 exited",
  ],
];
