import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createWorkerJudge, describeReplaced, type Worker } from "#policy/evidence/workers.ts";
import { leaving, nginxNew, nginxOld, nginxRule, nginxStories } from "./nginx-stories.ts";
import { fresh, master, old, type Story, stories, worker } from "./worker-stories.ts";

/** What the last look shows. */
function judge({ rule = null, before, looks, ageMs = 60_000, ending = "unknown", masterAfter = master }: Story) {
  const judge = createWorkerJudge(
    rule,
    { master, workers: before },
    () => ageMs,
    () => ending,
  );
  const seen = looks.map(([elapsedMs, ...workers]) => judge.see({ elapsedMs, master: masterAfter, workers }));
  const last = seen.at(-1);
  return last ? describeReplaced(last) : null;
}

describe("workers", () => {
  test.each([...stories, ...nginxStories].map(([title, story, expected]) => ({ title, story, expected })))(
    "$title",
    ({ story, expected }) => {
      expect(judge(story)).toBe(expected);
    },
  );

  test("those of before that are still there are named", () => {
    const judge = createWorkerJudge(
      nginxRule,
      { master, workers: nginxOld },
      () => 1e6,
      () => "unknown",
    );
    judge.see({ elapsedMs: 5, master, workers: [...nginxOld, ...nginxNew] });
    const [stays] = leaving as [Worker];
    expect(judge.see({ elapsedMs: 200, master, workers: [stays, ...nginxNew] })?.old).toMatchObject([
      { pid: stays.pid },
    ]);
  });

  test("as long as one of before works on, no comings and goings beside it are a reload", () => {
    const comings = fc.array(
      fc.record({
        afterMs: fc.integer({ min: 1, max: 400 }),
        there: fc.subarray([...old, ...fresh, worker(31), worker(32)]),
      }),
      { maxLength: 30 },
    );
    const stays = worker(10);
    fc.assert(
      fc.property(comings, (looks) => {
        let elapsedMs = 0;
        const judge = createWorkerJudge(
          null,
          { master, workers: [stays, ...old] },
          () => 1e6,
          () => "clean",
        );
        for (const { afterMs, there } of looks) {
          elapsedMs += afterMs;
          expect(judge.see({ elapsedMs, master, workers: [stays, ...there] })).toBeNull();
        }
      }),
    );
  });

  test("however many there are and in whatever order they leave, all anew is a reload", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 50 })),
        (count, waits) => {
          const before = Array.from({ length: count }, (_, at) => worker(100 + at));
          const after = before.map(({ pid }) => worker(pid + 1_000));
          const judge = createWorkerJudge(
            null,
            { master, workers: before },
            () => 1e6,
            () => "unknown",
          );
          let elapsedMs = 0;
          for (let gone = 0; gone <= count; gone++) {
            elapsedMs += waits.next().value ?? 1;
            const found = judge.see({ elapsedMs, master, workers: [...before.slice(gone), ...after] });
            if (gone < count) expect(found).toBeNull();
          }
          const found = judge.see({ elapsedMs: elapsedMs + 200, master, workers: after });
          expect(found).toMatchObject({ started: count, exited: count, leaving: 0, old: [] });
        },
      ),
    );
  });
});
