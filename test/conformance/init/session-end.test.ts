import { expect, test } from "bun:test";
import { actor } from "../../support/init/ground.ts";
import { describeEach, type Subject } from "../../support/init/subjects.ts";
import { type WitnessOptions, withWitness } from "../../support/init/witness.ts";

// It ends on an USR2, which is sent when the witness is ready.
const leaves = ["sh", "-c", 'trap "exit 7" USR2; "$0" witness --seconds 20 & while :; do sleep 0.01; done', actor];

/** What is told to a process that the child has left behind. */
async function expectLeft(subject: Subject, options: WitnessOptions, expected: readonly number[]): Promise<void> {
  await withWitness(subject, { ...options, program: leaves }, async (started) => {
    started.send(12);
    expect((await started.ended).code).toBe(7);
    // The group has been told of it too, where it is told of everything.
    const told = expected.length === 0 ? [] : [12, ...expected];
    // Of two that are pending the lower number comes first.
    expect([...(await started.receives(told.length))].sort((a, b) => a - b)).toEqual([...told].sort((a, b) => a - b));
    process.kill(started.own, 10);
    expect((await started.receives(told.length + 1)).at(-1)).toBe(10);
  });
}

describeEach("what is left when the child ends", (subject) => {
  if (subject.place === "dumb-init") {
    for (const debug of ["0", "1"]) {
      const env = { DUMB_INIT_DEBUG: debug };
      test(`is told to end where it is of the session, debug ${debug}`, () => expectLeft(subject, { env }, [15]));
      test(`is told by the signal that SIGTERM has become, debug ${debug}`, () =>
        expectLeft(subject, { env, options: ["-r", "15:3"] }, [3]));
      test(`is left alone by the init of a single child, debug ${debug}`, () =>
        expectLeft(subject, { env, options: ["-c"] }, []));
    }
  } else if (subject.place === "tini") {
    test("is left alone", () => expectLeft(subject, {}, []));
  }
});
