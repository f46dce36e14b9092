import { expect, test } from "bun:test";
import { few } from "../../support/init/run.ts";
import { describeEach, distinct } from "../../support/init/subjects.ts";
import { withWitness } from "../../support/init/witness.ts";
import { eventually } from "../../support/poll.ts";
import { stateOf } from "../../support/process-state.ts";

const stopped = (pid: number) => eventually(`process ${pid} to stop`, () => stateOf(pid) === "T");
const going = (pid: number) => eventually(`process ${pid} to go on`, () => /[SR]/.test(stateOf(pid) ?? ""));

describeEach(
  "stop signals of a terminal",
  (subject) => {
    for (const debug of ["0", "1"]) {
      const env = { DUMB_INIT_DEBUG: debug };
      test(`stop the child's session and the init, until SIGCONT, debug ${debug}`, async () => {
        await few(subject.signals.suspending, (signal) =>
          withWitness(subject, { env }, async (started) => {
            started.send(signal);
            await Promise.all([stopped(started.pid), stopped(started.own)]);
            started.send(18);
            await Promise.all([going(started.pid), going(started.own)]);
            // A second time, so that it is no matter of once.
            await started.receives(1);
            started.send(signal);
            await Promise.all([stopped(started.pid), stopped(started.own)]);
            started.send(18);
            expect(await started.receives(2)).toEqual([18, 18]);
            started.send(15);
            expect(await started.receives(3)).toEqual([18, 18, 15]);
          }),
        );
      });

      test(`reach a single child as they are, and stop the init, debug ${debug}`, async () => {
        await few(subject.signals.suspending, (signal) =>
          withWitness(subject, { env, options: ["-c"] }, async (started) => {
            started.send(signal);
            await started.receives(1);
            await stopped(started.pid);
            expect(stateOf(started.own)).not.toBe("T");
            started.send(18);
            expect(await started.receives(2)).toEqual([signal, 18]);
            await going(started.pid);
          }),
        );
      });
    }
  },
  (subject) => distinct(subject) && subject.signals.suspending.length > 0,
);
