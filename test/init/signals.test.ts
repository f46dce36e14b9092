import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rewrite } from "#init/forward.ts";
import { planSignals } from "#init/signals.ts";
import { signalName } from "#process/signal.ts";

const all = [...Array.from({ length: 31 }, (_, at) => at + 1), ...Array.from({ length: 31 }, (_, at) => at + 34)];
const nobodys = [9, 19, 30];
const tinis = [4, 5, 6, 7, 8, 11, 21, 22, 31];

test("every signal that can be caught is, but SIGPWR, and in tini's place those that it leaves alone", () => {
  const caught = (personality: "sexton" | "tini" | "dumb-init") =>
    planSignals({ personality }).caught.toSorted((a, b) => a - b);
  expect(caught("sexton")).toEqual(all.filter((number) => !nobodys.includes(number)));
  expect(caught("dumb-init")).toEqual(caught("sexton"));
  expect(caught("tini")).toEqual(all.filter((number) => ![...nobodys, ...tinis].includes(number)));
});

test("what tini leaves alone is ignored or default", () => {
  const { ignored, defaults } = planSignals({ personality: "tini" });
  expect([...ignored, ...defaults].toSorted((a, b) => a - b)).toEqual(tinis);
});

test("a signal goes on as it came unless it is rewritten; 0 drops it", () => {
  const rewrites = new Map([
    [1, 15],
    [2, 0],
  ]);
  expect(rewrite(1, rewrites)).toBe(15);
  expect(rewrite(2, rewrites)).toBe(0);
  expect(rewrite(15, rewrites)).toBe(15);
  expect(rewrite(64, rewrites)).toBe(64);
});

test("docs/init.md has a row for every signal, which says what is done with it", () => {
  const text = readFileSync(join(import.meta.dir, "../../docs/init.md"), "utf8");
  const rows = new Map(
    [...text.matchAll(/^\| (\d+) (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
      ([, number, name, ...cells]) => [Number(number), { name, cells: cells.map((cell) => cell.trim()) }] as const,
    ),
  );
  expect([...rows.keys()]).toEqual(all.filter((number) => number <= 31));
  for (const [number, { name, cells }] of rows) {
    expect(`SIG${name}`).toBe(signalName(number) as string);
    const forwards = (["sexton", "tini", "dumb-init"] as const).map(
      (personality) => number !== 17 && planSignals({ personality }).caught.includes(number),
    );
    expect({ number, forwards: cells.map((cell) => cell.startsWith("forwarded")) }).toEqual({ number, forwards });
  }
});
