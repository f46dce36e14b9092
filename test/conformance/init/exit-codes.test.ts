import { expect, test } from "bun:test";
import { actor } from "../../support/init/ground.ts";
import { few, runUnder } from "../../support/init/run.ts";
import { describeEach, distinct } from "../../support/init/subjects.ts";

const codes = Array.from({ length: 256 }, (_, code) => code);
// By default each of them ends a process.
const deadly = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 27, 29, 30, 31];
const realTime = Array.from({ length: 31 }, (_, at) => 34 + at);

describeEach("exit codes", (subject) => {
  const codeOf = async (program: readonly string[], options: readonly string[] = []) =>
    (await runUnder(subject, [actor, ...program], { options })).code;

  test("each is the child's", async () => {
    expect(await few(codes, (code) => codeOf(["exit", `${code}`]))).toEqual(codes);
  }, 60_000);

  test("a death by signal is 128 and its number", async () => {
    const signals = [...deadly, ...realTime];
    expect(await few(signals, (signal) => codeOf(["die", `${signal}`]))).toEqual(signals.map((signal) => 128 + signal));
  }, 30_000);
});

describeEach(
  "remapped exit codes",
  (subject) => {
    const { remap } = subject.options;
    if (remap === null) return;
    const run = async (program: readonly string[], options: readonly string[]) =>
      (await runUnder(subject, [actor, ...program], { options })).code;

    test("each becomes 0", async () => {
      expect(await few(codes, (code) => run(["exit", `${code}`], remap(code)))).toEqual(codes.map(() => 0));
    }, 60_000);

    test("several may be given, and others stay", async () => {
      const several = [...remap(3), ...remap(143), ...remap(255)];
      const tried = [0, 1, 2, 3, 4, 142, 143, 144, 254, 255];
      const expected = [0, 1, 2, 0, 4, 142, 0, 144, 254, 0];
      expect(await few(tried, (code) => run(["exit", `${code}`], several))).toEqual(expected);
    }, 30_000);

    test("so does the code of a death by signal, but not the number of the signal", async () => {
      const tried = [remap(143), remap(15), remap(137)];
      expect(await few(tried, (options) => run(["die", "15"], options))).toEqual([0, 143, 143]);
    });
  },
  (subject) => distinct(subject) && subject.options.remap !== null,
);
