import { expect, test } from "bun:test";
import { pidFindings } from "#policy/findings/pids.ts";
import { budgetOf, type ContainerPidBudget } from "#policy/pids.ts";
import { type PidSource, pidSources } from "#process/pid-source.ts";

const budget = (current: number, perSecond: number | null, zombies = 0, source: PidSource = "pod-cgroup") =>
  budgetOf({ source, current, limit: 200, counts: "pod" }, zombies, perSecond === null ? null : { perSecond });

const findings = (pod: ReturnType<typeof budget>, ...containers: ContainerPidBudget[]) => {
  const byKey = new Map(containers.map((container) => [container.container.key, container]));
  return pidFindings({ pod, containers: byKey, pods: new Map() });
};

test.each([
  ["room and no growth", 100, 0, []],
  ["room for more than an hour", 100, 0.02, []],
  ["room for less than an hour", 100, 0.05, ["warning"]],
  ["80 percent", 160, null, ["warning"]],
  ["80 percent and less than an hour", 160, 0.5, ["error"]],
  ["95 percent", 190, null, ["error"]],
])("the doctor looks at %s", (_, current, perSecond, severities) => {
  expect(findings(budget(current, perSecond)).map(({ severity }) => severity as string)).toEqual(severities);
});

test("it says what is taken, until when there is room, and what to do about it", () => {
  expect(findings(budget(150, 0.05, 100))).toEqual([
    {
      id: "pids-low",
      container: null,
      severity: "warning",
      title: "The pod runs out of pids",
      seen: "150 of 200 (pod-cgroup) are taken, 100 of them by zombies, and full in 17 min at this growth",
      why: expect.stringContaining("EAGAIN"),
      fix: expect.stringMatching(/^Have the zombies collected: GET \/zombies .+podPidsLimit.+\.$/),
    },
  ]);
});

test("it names the container, and for every kind of limit what raises it", () => {
  const container = { key: "a", id: "a".repeat(64), name: null, pod: null };
  const [finding] = findings(budget(1, 0), { ...budget(190, 0), container, currentFrom: "cgroup" });
  expect(finding?.title).toBe("Container aaaaaaaaaaaa runs out of pids");
  const fixes = pidSources.map((source) => findings(budget(190, 0, 0, source))[0]?.fix ?? "");
  expect(new Set(fixes).size).toBe(pidSources.length);
  for (const fix of fixes) expect(fix).toMatch(/^[A-Z].+\.$/);
});

test("it knows nothing of a pod without a limit", () => {
  const unlimited = budgetOf({ source: null, limit: null, current: 900, counts: "pod" }, 0, { perSecond: 9 });
  expect(findings(unlimited)).toEqual([]);
});
