import { expect, test } from "bun:test";
import { actor } from "../../support/init/ground.ts";
import { asPid1, few } from "../../support/init/run.ts";
import { describeEach, type Subject } from "../../support/init/subjects.ts";
import { childOf, type Witness, type WitnessOptions, withWitness, witness } from "../../support/init/witness.ts";
import { namespaceProblem } from "../../support/namespace.ts";

const ordinary = Array.from({ length: 31 }, (_, at) => 1 + at);
// 32 and 33 are the C library's.
const realTime = Array.from({ length: 31 }, (_, at) => 34 + at);

/** Sends them one after another, and expects as many. */
async function expectAll(started: Witness, signals: readonly number[], expected = signals): Promise<void> {
  for (const [at, signal] of signals.entries()) {
    started.send(signal);
    await started.receives(at + 1);
  }
  expect(started.received()).toEqual(expected);
}

const forwarded = ({ signals }: Subject) =>
  ordinary.filter((signal) => !signals.unforwarded.includes(signal) && !signals.suspending.includes(signal));

// tini's own messages are on stdout, and come in pieces.
const onStderr = ["sh", "-c", 'exec "$0" witness >&2', actor];

const pid1: readonly (readonly [title: string, WitnessOptions])[] =
  namespaceProblem === null ? [["as pid 1", { through: asPid1, initOf: childOf }]] : [];

/** The ways in which a subject can be told to run, that should make no difference to what is forwarded. */
function modes(subject: Subject): readonly (readonly [title: string, WitnessOptions])[] {
  if (subject.place === "tini")
    return [
      ["by default", {}],
      ["as a subreaper", { options: ["-s"] }],
      ["to the group", { options: ["-g"] }],
      ["verbose", { options: ["-vvv"], program: onStderr }],
      [
        "told by the environment",
        { program: onStderr, env: { TINI_SUBREAPER: "", TINI_KILL_PROCESS_GROUP: "", TINI_VERBOSITY: "3" } },
      ],
      ...pid1,
    ];
  const sessions = [
    ["in a session", { DUMB_INIT_SETSID: "1" }, []],
    ["without a session", { DUMB_INIT_SETSID: "0" }, []],
    ["to a single child", {}, ["-c"]],
  ] as const;
  return [
    ["by default", {}],
    ...sessions.flatMap(([title, env, options]) =>
      ["0", "1"].map(
        (debug) => [`${title}, debug ${debug}`, { env: { ...env, DUMB_INIT_DEBUG: debug }, options }] as const,
      ),
    ),
    ["verbose", { options: ["-v"] }],
    ...pid1,
  ];
}

describeEach("signals", (subject) => {
  for (const [title, options] of modes(subject)) {
    test(`are forwarded, ${title}`, async () => {
      await withWitness(subject, options, (started) => expectAll(started, [...forwarded(subject), ...realTime]));
    });
  }

  test("that it keeps for itself do not reach the child", async () => {
    const { unforwarded, ending, suspending } = subject.signals;
    const kept = unforwarded.filter((signal) => ![9, 19, ...ending, ...suspending].includes(signal));
    await withWitness(subject, {}, async (started) => {
      for (const signal of kept) started.send(signal);
      await expectAll(started, [10, 12]);
    });
  });

  test("that it does not survive do not reach the child", async () => {
    await few(subject.signals.ending, (signal) =>
      withWitness(
        subject,
        { through: ["env", "prlimit", "--core=0"], program: [...witness, "--seconds", "2"] },
        async (started) => {
          started.send(signal);
          const { code } = await started.ended;
          expect({ signal, code, received: started.received() }).toEqual({ signal, code: null, received: [] });
        },
      ),
    );
  });

  test("reach the child once each where many come", async () => {
    await withWitness(subject, {}, async (started) => {
      // One of a kind may be pending; those of other kinds are not lost for it.
      const burst = [1, 2, 3, 10, 12, 14, 15, 28, 34, 35, 64];
      for (const signal of burst) started.send(signal);
      await started.receives(burst.length);
      expect([...started.received()].sort((a, b) => a - b)).toEqual(burst);
    });
  });

  test("end the child in the midst of a storm of others", async () => {
    // Real-time signals are queued, each of them.
    const program = ["bash", "-c", 'trap "" 34; trap "exit 3" TERM; echo ready $$; while :; do sleep 0.01; done'];
    await withWitness(subject, { program }, async (started) => {
      for (let count = 0; count < 100_000; count++) started.send(34);
      started.send(15);
      expect(await started.ended).toEqual({ code: 3, signal: null });
    });
  }, 60_000);

  test("come as often as they were sent where they are queued: real-time ones", async () => {
    await withWitness(subject, {}, async (started) => {
      for (let count = 0; count < 800; count++) started.send(40);
      expect((await started.receives(800)).length).toBe(800);
    });
  });

  test("end the child that does not catch them, and the init with its code", async () => {
    await few([1, 2, 3, 14, 15], async (signal) => {
      // What it says when it is ready is read, and it goes on as another program.
      const program = ["sh", "-c", "echo ready $$; exec sleep 30"];
      await withWitness(subject, { program }, async (started) => {
        started.send(signal);
        expect(await started.ended).toEqual({ code: 128 + signal, signal: null });
      });
    });
  });
});

const groupOf = ["sh", "-c", 'trap "" 1 2 10 15; "$0" witness & wait', actor];

describeEach("the child's process group", (subject) => {
  const { group, singleChild } = subject.options;
  // The shell ignores what the witness, its child, catches: only those for the group arrive there.
  const expectGroup = (options: WitnessOptions, isGroup: boolean) =>
    withWitness(subject, { ...options, program: groupOf }, async (started) => {
      for (const signal of [15, 1, 2]) started.send(signal);
      if (isGroup) await started.receives(3);
      // To the witness itself: what was sent before and did not come by now does not come.
      process.kill(started.own, 12);
      await started.receives(isGroup ? 4 : 1);
      expect([...started.received()].sort((a, b) => a - b)).toEqual(isGroup ? [1, 2, 12, 15] : [12]);
    });

  test("gets the signals only where that is the way", () => expectGroup({}, subject.signalsGroup));
  if (group !== null) {
    test("gets the signals with the option", () => expectGroup({ options: group }, true));
    test("gets the signals with the variable", () => expectGroup({ env: { TINI_KILL_PROCESS_GROUP: "" } }, true));
  }
  if (singleChild !== null) {
    test("gets no signals with the option for a single child", () => expectGroup({ options: singleChild }, false));
    test("gets no signals with the variable", () => expectGroup({ env: { DUMB_INIT_SETSID: "0" } }, false));
    test("gets the signals as by default with the variable's default", () =>
      expectGroup({ env: { DUMB_INIT_SETSID: "1" } }, subject.signalsGroup));
  }
});
