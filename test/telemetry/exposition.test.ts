import { expect, test } from "bun:test";
import { writeText } from "#telemetry/exposition.ts";
import { watchMetrics } from "#telemetry/watch-metrics.ts";

test("writeText() writes the format 0.0.4 and escapes what would break it", () => {
  const text = writeText([
    { name: "a_total", type: "counter", help: "Counts\nbacks\\lashes.", samples: [{ value: 3 }] },
    { name: "b", type: "gauge", help: "B.", samples: [{ labels: { name: 'x"y\\z\n', mode: "m" }, value: 0.5 }] },
  ]);
  expect(text).toBe(
    '# HELP a_total Counts\\nbacks\\\\lashes.\n# TYPE a_total counter\na_total 3\n# HELP b B.\n# TYPE b gauge\nb{name="x\\"y\\\\z\\n",mode="m"} 0.5\n',
  );
});

test("watchMetrics() tells the mechanism in use, watched against swept, and ids gone unseen", () => {
  const status = { mechanism: "timer" as const, watched: 7, swept: 2, unseenIds: 11, tickMs: 20 };
  const text = writeText(watchMetrics(status, { newestId: 42 }));
  expect(text).toContain('sexton_watch_mechanism{mechanism="timer"} 1\n');
  expect(text).toContain('sexton_watch_mechanism{mechanism="aio"} 0\n');
  expect(text).toContain('sexton_watch_processes{mode="watched"} 7\n');
  expect(text).toContain('sexton_watch_processes{mode="swept"} 2\n');
  expect(text).toContain("sexton_watch_unseen_ids_total 11\n");
  expect(text).toContain("sexton_events_total 42\n");
});
