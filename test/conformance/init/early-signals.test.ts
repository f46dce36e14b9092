import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { actor } from "../../support/init/ground.ts";
import { asPid1, commandOf, few } from "../../support/init/run.ts";
import { describeEach, distinct, type Subject } from "../../support/init/subjects.ts";
import { childOf, withWitness } from "../../support/init/witness.ts";
import { namespaceProblem } from "../../support/namespace.ts";
import { eventually } from "../../support/poll.ts";
import { statusOf } from "../../support/process-state.ts";

const blockedAndPending = (signal: number) => [actor, "pending", `${signal}`, "--"];
const places: readonly (readonly [place: string, through: readonly string[]])[] = [
  ["anywhere", []],
  ...(namespaceProblem === null ? ([["as pid 1", asPid1]] as const) : []),
];
const rounds = Array.from({ length: 10 }, (_, at) => at);

/** Whether a signal is the init's business: it catches it, or waits for it, which does not show, and has a child. */
function minds(pid: number, signal: number): boolean {
  const caught = BigInt(`0x${statusOf(pid, "SigCgt") ?? "0"}`);
  return (caught & (1n << BigInt(signal - 1))) !== 0n || childOf(pid) !== null;
}

function isInit(subject: Subject, pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith(`${subject.command[0]}\0`);
  } catch {
    return false;
  }
}

describeEach(
  "signals from before the child exists",
  (subject) => {
    test("which were pending when the init began reach it", async () => {
      // It inherits them blocked where the init passes that on, and ends by them where it does not.
      await few([1, 2, 15, 10, 12, 34, 64], async (signal) => {
        const through = blockedAndPending(signal);
        if (subject.passesDispositions) {
          await withWitness(subject, { through }, async (started) => {
            expect(await started.receives(1)).toEqual([signal]);
          });
        } else {
          const command = [...through, ...commandOf(subject, [], ["sleep", "20"])];
          const child = Bun.spawn(command, { env: subject.env, stdin: "ignore", stdout: "ignore", stderr: "ignore" });
          await child.exited;
          expect({ signal, code: child.exitCode, by: child.signalCode }).toEqual({
            signal,
            code: 128 + signal,
            by: null,
          });
        }
      });
    });

    for (const [place, through] of places) {
      test(`which come as soon as the init minds them end the child, ${place}`, async () => {
        const command = [...through, ...commandOf(subject, [], ["sleep", "20"])];
        for (const _ of rounds) {
          const child = Bun.spawn(command, { env: subject.env, stdin: "ignore", stdout: "ignore", stderr: "ignore" });
          try {
            const init = await soon(() => {
              const pid = through.length === 0 ? child.pid : childOf(child.pid);
              return pid !== null && isInit(subject, pid) && minds(pid, 15) ? pid : null;
            });
            process.kill(init, "SIGTERM");
            const ended = await eventually("the init to end", () => child.exitCode ?? child.signalCode);
            expect(ended).toBe(143);
          } finally {
            child.kill("SIGKILL");
            await child.exited;
          }
        }
      });
    }
  },
  (subject) => distinct(subject) && subject.keepsEarlySignals,
);

/** As soon as can be: a poll by the clock would come when the child is long there. */
async function soon(ask: () => number | null): Promise<number> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    for (let turn = 0; turn < 20; turn++) {
      const answer = ask();
      if (answer !== null) return answer;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("Waited in vain for the init to mind SIGTERM");
}
