import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type MetricFamily, writeLabels } from "#telemetry/exposition.ts";
import { createHistogram } from "#telemetry/histogram.ts";
import { watchMetrics } from "#telemetry/watch-metrics.ts";
import { writeOpenMetrics, writeText } from "../support/exposition.ts";

const seconds = createHistogram({ name: "sexton_x_seconds", help: "X.", bounds: [0.5, 1] });
for (const value of [0.25, 0.5, 0.75, 4]) seconds.observe(value);

/** A family with what each format makes of it. */
const written: readonly (readonly [string, MetricFamily, string, string])[] = [
  [
    "a counter, whose family has no _total in OpenMetrics",
    { name: "a_total", type: "counter", help: "A.", samples: [{ value: 3 }] },
    "# HELP a_total A.\n# TYPE a_total counter\na_total 3\n",
    "# HELP a A.\n# TYPE a counter\na_total 3\n",
  ],
  [
    "a counter with a unit",
    { name: "a_seconds_total", type: "counter", help: "A.", samples: [{ labels: { mode: "user" }, value: 0.25 }] },
    '# HELP a_seconds_total A.\n# TYPE a_seconds_total counter\na_seconds_total{mode="user"} 0.25\n',
    '# HELP a_seconds A.\n# TYPE a_seconds counter\n# UNIT a_seconds seconds\na_seconds_total{mode="user"} 0.25\n',
  ],
  [
    "a gauge with a unit",
    { name: "a_bytes", type: "gauge", help: "A.", samples: [{ value: 1e21 }] },
    "# HELP a_bytes A.\n# TYPE a_bytes gauge\na_bytes 1e+21\n",
    "# HELP a_bytes A.\n# TYPE a_bytes gauge\n# UNIT a_bytes bytes\na_bytes 1e+21\n",
  ],
  [
    "a gauge that counts what looks like a unit in the middle",
    { name: "a_seconds_left", type: "gauge", help: "A.", samples: [] },
    "# HELP a_seconds_left A.\n# TYPE a_seconds_left gauge\n",
    "# HELP a_seconds_left A.\n# TYPE a_seconds_left gauge\n",
  ],
  [
    "an info, which 0.0.4 does not know",
    { name: "a_info", type: "info", help: "A.", samples: [{ labels: { version: "1" }, value: 1 }] },
    '# HELP a_info A.\n# TYPE a_info gauge\na_info{version="1"} 1\n',
    '# HELP a A.\n# TYPE a info\na_info{version="1"} 1\n',
  ],
  [
    "a histogram: buckets add up, and a bound is spelled as each format wants it",
    seconds.family(),
    '# HELP sexton_x_seconds X.\n# TYPE sexton_x_seconds histogram\nsexton_x_seconds_bucket{le="0.5"} 2\nsexton_x_seconds_bucket{le="1"} 3\nsexton_x_seconds_bucket{le="+Inf"} 4\nsexton_x_seconds_sum 5.5\nsexton_x_seconds_count 4\n',
    '# HELP sexton_x_seconds X.\n# TYPE sexton_x_seconds histogram\n# UNIT sexton_x_seconds seconds\nsexton_x_seconds_bucket{le="0.5"} 2\nsexton_x_seconds_bucket{le="1.0"} 3\nsexton_x_seconds_bucket{le="+Inf"} 4\nsexton_x_seconds_sum 5.5\nsexton_x_seconds_count 4\n',
  ],
  [
    "help that holds what would end its line; quotes are escaped in OpenMetrics only",
    { name: "a", type: "gauge", help: 'a\nb\\c"d', samples: [] },
    '# HELP a a\\nb\\\\c"d\n# TYPE a gauge\n',
    '# HELP a a\\nb\\\\c\\"d\n# TYPE a gauge\n',
  ],
  [
    "labels that are shared, and more of them",
    {
      name: "a",
      type: "gauge",
      help: "A.",
      samples: [
        { common: 'pid="1"', value: 1 },
        { common: 'pid="1"', labels: { state: "s" }, value: 2 },
        { labels: {}, value: Number.POSITIVE_INFINITY },
        { value: Number.NEGATIVE_INFINITY },
        { value: Number.NaN },
      ],
    },
    '# HELP a A.\n# TYPE a gauge\na{pid="1"} 1\na{pid="1",state="s"} 2\na +Inf\na -Inf\na NaN\n',
    '# HELP a A.\n# TYPE a gauge\na{pid="1"} 1\na{pid="1",state="s"} 2\na +Inf\na -Inf\na NaN\n',
  ],
];

describe("the two formats", () => {
  for (const [title, family, text, openMetrics] of written) {
    test(title, () => {
      expect(writeText([family])).toBe(text);
      expect(writeOpenMetrics([family])).toBe(`${openMetrics}# EOF\n`);
    });
  }

  test("OpenMetrics ends in # EOF, also when there is nothing", () => {
    expect(writeOpenMetrics([])).toBe("# EOF\n");
    expect(writeText([])).toBe("");
  });
});

test("writeLabels() keeps any value on one line, and it can be read back", () => {
  const value = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[\\"\n{},= n]*$/));
  fc.assert(
    fc.property(value, value, (name, container) => {
      const text = writeLabels({ name, container });
      expect(text).not.toContain("\n");
      const read = /^name="((?:[^"\\]|\\[\\n"])*)",container="((?:[^"\\]|\\[\\n"])*)"$/.exec(text);
      const unescaped = (found = "") =>
        found.replace(/\\(.)/g, (_, character) => (character === "n" ? "\n" : character));
      expect([unescaped(read?.[1]), unescaped(read?.[2])]).toEqual([name, container]);
    }),
  );
});

describe("createHistogram()", () => {
  test("keeps a distribution for each combination of labels", () => {
    const histogram = createHistogram({ name: "h", help: "H.", bounds: [1] });
    histogram.observe(1, { outcome: "confirmed" });
    histogram.observe(2, { outcome: "failed" });
    histogram.observe(3, { outcome: "failed" });
    expect(writeText([histogram.family()]).split("\n").slice(2, -1)).toEqual([
      'h_bucket{outcome="confirmed",le="1"} 1',
      'h_bucket{outcome="confirmed",le="+Inf"} 1',
      'h_sum{outcome="confirmed"} 1',
      'h_count{outcome="confirmed"} 1',
      'h_bucket{outcome="failed",le="1"} 0',
      'h_bucket{outcome="failed",le="+Inf"} 2',
      'h_sum{outcome="failed"} 5',
      'h_count{outcome="failed"} 2',
    ]);
  });

  test("has no sample before the first value", () => {
    const histogram = createHistogram({ name: "h", help: "H.", bounds: [1] });
    expect(writeText([histogram.family()])).toBe("# HELP h H.\n# TYPE h histogram\n");
  });
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
