import { expect, test } from "bun:test";
import type { ContainerPidBudget, PidBudget } from "#policy/pids.ts";
import { pidsMetrics } from "#telemetry/pids-metrics.ts";
import { writeText } from "../support/exposition.ts";

const budget: PidBudget = {
  current: 150,
  limit: 200,
  source: "pod-cgroup",
  counts: "pod",
  percent: 75,
  zombies: 3,
  growthPerHour: 60,
  secondsToExhaustion: 3_000,
};
const of = (key: string, name: string | null): [string, ContainerPidBudget] => {
  const container = { key, id: key.repeat(64), name, pod: null };
  const unknown = { limit: null, source: null, percent: null, secondsToExhaustion: null, growthPerHour: null };
  return [key, { ...budget, ...unknown, counts: "container", container, currentFrom: "processes" }];
};

test("pidsMetrics() tells the pod and each container, and leaves out what is not known", () => {
  const containers = new Map([of("a", "web"), of("b", null), of("c", "db"), of("d", "db")]);
  const text = writeText(pidsMetrics({ pod: budget, containers, pods: new Map() }));
  expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
    'sexton_pids_current{scope="pod"} 150',
    'sexton_pids_current{scope="container",container="web"} 150',
    'sexton_pids_current{scope="container",container="bbbbbbbbbbbb"} 150',
    'sexton_pids_current{scope="container",container="db cccccccccccc"} 150',
    'sexton_pids_current{scope="container",container="db dddddddddddd"} 150',
    'sexton_pids_limit{scope="pod"} 200',
    'sexton_pids_seconds_to_exhaustion{scope="pod"} 3000',
  ]);
});
