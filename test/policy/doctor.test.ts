import { expect, test } from "bun:test";
import { diagnose, type Symptoms } from "#policy/doctor.ts";
import { budgetOf } from "#policy/pids.ts";

const well = { mechanism: "aio" as const, watched: 9, swept: 0 };
const pod = budgetOf({ source: null, limit: null, current: 9, counts: "pod" }, 0, null);
const rest = { pids: { pod, containers: new Map() }, zombies: [], watches: [] };
const titles = (symptoms: Omit<Symptoms, keyof typeof rest>) =>
  diagnose({ ...rest, ...symptoms }).map(({ title }) => title);

test("diagnose() finds nothing where nothing is wrong", () => {
  expect(diagnose({ reduced: null, watch: well, ...rest })).toEqual([]);
});

test("diagnose() tells reduced mode, polling and processes without a pidfd, each with a remedy", () => {
  expect(titles({ reduced: "no JIT", watch: { ...well, mechanism: "sweep", swept: 9 } })).toEqual(["Reduced mode"]);
  expect(titles({ reduced: null, watch: { ...well, mechanism: "timer" } })).toEqual(["Exits are polled for"]);
  expect(titles({ reduced: null, watch: { ...well, swept: 3 } })).toEqual(["Some processes have no pidfd"]);
  for (const finding of diagnose({ reduced: null, watch: { mechanism: "timer", watched: 1, swept: 3 }, ...rest })) {
    expect(finding.fix).toMatch(/^[A-Z].+\.$/);
  }
});
