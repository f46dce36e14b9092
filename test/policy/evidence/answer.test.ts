import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { answerValue } from "#policy/evidence/answer.ts";

const metrics = `# HELP app_reloads_total How often.
# TYPE app_reloads_total counter
app_reloads_total 3
app_reloads_total_since 9
app_by_path{path="/a } b",other="\\"x\\""} 1 1700000000
app_by_path{path="/c"} 2.5
app_time 1.7e+09
`;

describe("the value in an answer", () => {
  test.each([
    ["the whole", " one\n", null, "one"],
    ["a place in JSON", '{"data":{"reloadedAt":"now"}}', "data.reloadedAt", "now"],
    ["a number in JSON", '{"n":3}', "n", "3"],
    ["a place in a list", '[{"n":null}]', "0.n", "null"],
    ["an object", '{"a":{"b":1}}', "a", '{"b":1}'],
    ["a place that is not there", '{"a":1}', "b", null],
    ["a place below text", '{"a":"text"}', "a.length", null],
    ["what every object has", "{}", "constructor", null],
    ["JSON that ends early", '{"a":1', "a", null],
    ["a metric", metrics, "app_reloads_total", "3"],
    ["the sum of a metric with labels", metrics, "app_by_path", "3.5"],
    ["a metric in other notation", metrics, "app_time", "1700000000"],
    ["a metric that is not there", metrics, "app_reloads", null],
    ["nothing", "", "app", null],
  ])("%s", (_, body, field, expected) => {
    expect(answerValue(body, field)).toBe(expected);
  });

  test("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.option(fc.string()), (body, field) => {
        const found = answerValue(body, field);
        expect(found === null || typeof found === "string").toBe(true);
      }),
    );
  });

  test("takes no time over a hostile answer", () => {
    const started = performance.now();
    answerValue(`app{${'a="'.repeat(100_000)}`, "app");
    answerValue(`app{${'\\"'.repeat(100_000)}`, "app");
    answerValue(`app${" ".repeat(200_000)}`, "app");
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
