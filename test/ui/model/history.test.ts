import { expect, test } from "bun:test";
import { createHistory, sampleOf } from "#ui/model/history.ts";
import { line, plotByContainer, plotOf } from "#ui/model/series.ts";
import { listed, listOf } from "../support.ts";

const start = Date.parse("2026-01-01T00:00:00.000Z");
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
const sample = (seconds: number, rssBytes = 1000) =>
  sampleOf(listOf([listed(1, { rssBytes }), listed(2, { state: "zombie", rssBytes: 0 })], at(seconds)), null);

test("a sample has what the containers take, and the zombies among them", () => {
  const { containers, ...rest } = sample(0);
  expect(rest).toEqual({ time: start, processes: 2, threads: 2, zombies: 1, pids: null, pidsLimit: null });
  expect([...containers.values()]).toEqual([{ name: "web", processes: 2, cpuPercent: 0, rssBytes: 1000 }]);
});

test("a history is ten minutes long, and two looks at one moment are one", () => {
  const history = createHistory();
  for (let seconds = 0; seconds <= 1200; seconds += 2) {
    history.add(sample(seconds));
    history.add(sample(seconds));
  }
  expect(history.samples.length).toBe(300);
  expect(history.samples[0]?.time).toBe(start + 602_000);
  history.clear();
  expect(history.samples).toEqual([]);
});

test("no line is drawn across the time in which nobody looked", () => {
  const { times, series } = plotOf([sample(0), sample(2), sample(300)], [line("zombies", ({ zombies }) => zombies)]);
  expect(times).toEqual([0, 2, 2.001, 300].map((seconds) => start / 1000 + seconds));
  expect(series[0]?.values).toEqual([1, 1, null, 1]);
});

test("each container has its line, always in the same order, and the smaller ones of many have one together", () => {
  const many = Array.from({ length: 10 }, (_, index) => {
    const name = String.fromCharCode(106 - index);
    return listed(index + 1, {
      rssBytes: 100 * (index + 1),
      container: { id: `id-${index}`, name, pod: null, podUid: null },
    });
  });
  const { series } = plotByContainer([sampleOf(listOf(many, at(0)), null)], "rssBytes");
  expect(series.map(({ name }) => name)).toEqual(["a", "b", "c", "d", "e", "f", "others"]);
  expect(series.at(-1)?.values).toEqual([100 + 200 + 300 + 400]);
});
