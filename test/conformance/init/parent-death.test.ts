import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { actor } from "../../support/init/ground.ts";
import { few, runCommand, runInit } from "../../support/init/run.ts";
import { describeEach, distinct } from "../../support/init/subjects.ts";
import { withWitness } from "../../support/init/witness.ts";

// The parent: it starts what follows, and waits.
const parent = ["sh", "-c", '"$@"; exit $?', "sh"];

const parentOf = (pid: number) => Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

describeEach(
  "the parent's death",
  (subject) => {
    const { parentDeath } = subject.options;
    if (parentDeath === null) return;

    test("is told to the child by the signal that was asked for", async () => {
      const signals = [
        ["SIGTERM", 15],
        ["SIGHUP", 1],
        ["SIGUSR1", 10],
        ["SIGWINCH", 28],
        ["SIGINT", 2],
      ] as const;
      await few(signals, ([name, number]) =>
        withWitness(subject, { through: parent, options: parentDeath(name) }, async (started) => {
          expect(parentOf(parentOf(started.own))).toBe(started.pid);
          process.kill(started.pid, "SIGKILL");
          expect(await started.receives(1)).toEqual([number]);
        }),
      );
    });

    test("is not told unless asked for", async () => {
      await withWitness(subject, { through: parent }, async (started) => {
        const init = parentOf(started.own);
        process.kill(started.pid, "SIGKILL");
        await started.ended;
        process.kill(init, 10);
        expect(await started.receives(1)).toEqual([10]);
      });
    });

    test("is no business of the child's own", async () => {
      const { out } = await runCommand([...subject.command, ...parentDeath("SIGUSR1"), "--", actor, "show"], subject);
      expect(JSON.parse(out).parentDeathSignal).toBe(0);
    });

    test("a signal that is none is refused", async () => {
      const refused = ["FOO", "SIGFOO", "", "0", "99"];
      const { code, signal } = subject.refusals;
      const ends = await few(refused, (name) => runInit(subject, ["-p", name, "--", actor, "exit", "0"]));
      expect(ends.map((end) => end.code)).toEqual(refused.map(() => code));
      for (const [at, { err }] of ends.entries()) expect(err).toContain(signal.replace("VALUE", refused[at] as string));
    });
  },
  (subject) => distinct(subject) && subject.options.parentDeath !== null,
);
