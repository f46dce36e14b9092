import { expect, test } from "bun:test";
import { actor } from "../../support/init/ground.ts";
import { few, runInit } from "../../support/init/run.ts";
import { describeEach } from "../../support/init/subjects.ts";
import { withWitness } from "../../support/init/witness.ts";
import { eventually } from "../../support/poll.ts";
import { stateOf } from "../../support/process-state.ts";

const forwardable = Array.from({ length: 31 }, (_, at) => 1 + at);

describeEach(
  "rewritten signals",
  (subject) => {
    const { rewrite } = subject.options;
    if (rewrite === null) return;
    const { unforwarded, suspending } = subject.signals;
    const usual = forwardable.filter((signal) => !unforwarded.includes(signal) && !suspending.includes(signal));
    const sessions = [{ DUMB_INIT_SETSID: "1" }, { DUMB_INIT_SETSID: "0" }];
    const modes = sessions.flatMap((env) => ["0", "1"].map((debug) => ({ ...env, DUMB_INIT_DEBUG: debug })));

    for (const env of modes) {
      const title = `session ${env.DUMB_INIT_SETSID}, debug ${env.DUMB_INIT_DEBUG}`;
      const expectOf = async (options: readonly string[], sent: readonly number[], expected: readonly number[]) =>
        withWitness(subject, { env, options }, async (started) => {
          let dropped = 0;
          for (const [at, signal] of sent.entries()) {
            started.send(signal);
            if (expected[at] === 0) dropped++;
            // What is dropped shows by what follows.
            else await started.receives(at + 1 - dropped);
          }
          expect(started.received()).toEqual(expected.filter((signal) => signal !== 0));
        });

      test(`each may become the next, ${title}`, async () => {
        const next = new Map(usual.map((signal, at) => [signal, usual[(at + 1) % usual.length] as number]));
        const options = usual.flatMap((signal) => rewrite(signal, next.get(signal) as number));
        await expectOf(
          options,
          usual,
          usual.map((signal) => next.get(signal) as number),
        );
      });

      test(`each may be dropped, ${title}`, async () => {
        const sent = usual.flatMap((signal) => (signal === 10 ? [] : [signal, 10]));
        const options = usual.flatMap((signal) => (signal === 10 ? [] : rewrite(signal, 0)));
        await expectOf(
          options,
          sent,
          sent.map((signal) => (signal === 10 ? 10 : 0)),
        );
      });

      test(`the last word on a signal counts, and the others stay as they are, ${title}`, async () => {
        const options = [...rewrite(15, 2), ...rewrite(15, 3), "--rewrite", "1:12", "--rewrite=10:14"];
        await expectOf(options, [15, 1, 10, 2, 64], [3, 12, 14, 2, 64]);
      });
    }

    test("those that suspend may become others, and suspend nevertheless", async () => {
      await few(suspending, (signal) =>
        withWitness(subject, { options: rewrite(signal, 15) }, async (started) => {
          started.send(signal);
          await started.receives(1);
          await eventually("the init to stop", () => stateOf(started.pid) === "T");
          started.send(18);
          expect(await started.receives(2)).toEqual([15, 18]);
        }),
      );
    });

    const refused = ["", "1", "x", "x:1", "0:1", "-1:1", "99:2", "1:99", "1:-1", "15:", ":15"];
    // A real-time signal is no number for dumb-init.
    const numbers = subject.place === "dumb-init" ? [...refused, "32:1", "1:32"] : refused;
    test("what is no pair of signals is refused, or 0 for the second", async () => {
      const { code, pair } = subject.refusals;
      const ends = await few(numbers, (value) => runInit(subject, ["-r", value, "--", actor, "exit", "0"]));
      expect(ends.map((end) => [end.code, end.out])).toEqual(numbers.map(() => [code, ""]));
      for (const { err } of ends) {
        if (subject.place === "dumb-init") expect(err).toBe(pair);
        else expect(err).toContain(pair);
      }
    });

    test("what need not be caught may be named", async () => {
      const pairs = ["9:2", "17:2", "19:1", "31:31", "1:0"];
      const ends = await few(pairs, (pair) => runInit(subject, ["-r", pair, actor, "exit", "7"]));
      expect(ends.map(({ code }) => code)).toEqual(pairs.map(() => 7));
    });
  },
  (subject) => subject.options.rewrite !== null,
);
