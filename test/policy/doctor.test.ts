import { expect, test } from "bun:test";
import { diagnose } from "#policy/doctor.ts";

const well = { mechanism: "aio" as const, watched: 9, swept: 0 };
const titles = (symptoms: Parameters<typeof diagnose>[0]) => diagnose(symptoms).map(({ title }) => title);

test("diagnose() finds nothing where nothing is wrong", () => {
  expect(diagnose({ reduced: null, watch: well })).toEqual([]);
});

test("diagnose() tells reduced mode, polling and processes without a pidfd, each with a remedy", () => {
  expect(titles({ reduced: "no JIT", watch: { ...well, mechanism: "sweep", swept: 9 } })).toEqual(["Reduced mode"]);
  expect(titles({ reduced: null, watch: { ...well, mechanism: "timer" } })).toEqual(["Exits are polled for"]);
  expect(titles({ reduced: null, watch: { ...well, swept: 3 } })).toEqual(["Some processes have no pidfd"]);
  for (const finding of diagnose({ reduced: null, watch: { mechanism: "timer", watched: 1, swept: 3 } })) {
    expect(finding.fix).toMatch(/^[A-Z].+\.$/);
  }
});
