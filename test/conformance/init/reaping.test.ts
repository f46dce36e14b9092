import { expect, test } from "bun:test";
import { actor } from "../../support/init/ground.ts";
import { asPid1, runUnder } from "../../support/init/run.ts";
import { describeEach, type Subject } from "../../support/init/subjects.ts";
import { namespaceProblem } from "../../support/namespace.ts";

const nursery = [actor, "nursery"];
const minute = 120_000;

describeEach("orphans", (subject) => {
  const { subreaper } = subject.options;

  if (namespaceProblem === null)
    test(
      "are all collected by pid 1: 10,000",
      async () => {
        const { code, out, err } = await runUnder(subject, [actor, "orphans", "10000"], { through: asPid1 });
        expect({ code, out, warned: warned(subject, err) }).toEqual({ code: 0, out: "left 0\n", warned: false });
      },
      minute,
    );
  else test.skip(`are all collected by pid 1 (${namespaceProblem})`, () => {});

  const collected = (options: readonly string[], env = {}) =>
    runUnder(subject, [actor, "orphans", "1000"], { through: nursery, options, env });

  if (subreaper !== null) {
    test(
      "are all collected by a subreaper, without a warning",
      async () => {
        const { out, err } = await collected(subreaper);
        expect({ out, warned: warned(subject, err) }).toEqual({ out: "left 0\nadopted 0 code 0\n", warned: false });
      },
      minute,
    );

    test(
      "are all collected where the environment asks for a subreaper",
      async () => {
        const { out, err } = await collected([], { TINI_SUBREAPER: "" });
        expect({ out, warned: warned(subject, err) }).toEqual({ out: "left 0\nadopted 0 code 0\n", warned: false });
      },
      minute,
    );

    test("are told of one by one where that is asked for", async () => {
      const program = [actor, "orphans", "20"];
      const { out, err } = await runUnder(subject, program, { through: nursery, options: [...subreaper, "-w"] });
      const told = err
        .split("\n")
        .filter((line) => /Reaped zombie process with pid=\d+$|^sexton: Collected process \d+,/.test(line));
      expect({ out, told: told.length }).toEqual({ out: "left 0\nadopted 0 code 0\n", told: 20 });
    });
  }

  // The negative twin: without it the tests above would prove nothing.
  test(
    subject.adopts
      ? "come to it with a note where nobody asked"
      : "do not come where it is neither, which is warned of",
    async () => {
      const { out, err } = await collected([]);
      const adopted = subject.adopts ? 0 : 1000;
      expect(out).toBe(`left 0\nadopted ${adopted} code 0\n`);
      expect(warned(subject, err)).toBe(subject.reaperWarning !== null);
    },
    minute,
  );

  if (subject.place === "tini")
    test("are not warned of where it is to be quiet", async () => {
      const { out, err } = await runUnder(subject, [actor, "orphans", "5"], {
        through: nursery,
        env: { TINI_VERBOSITY: "0" },
      });
      expect({ out, err }).toEqual({ out: "left 0\nadopted 5 code 0\n", err: "" });
    });

  test("do not keep it from ending with its child, nor change its code", async () => {
    const program = ["sh", "-c", "(sleep 0.01; exit 9) & (exit 8) & exit 7"];
    const { code } = await runUnder(subject, program, { options: subreaper ?? [] });
    expect(code).toBe(7);
  });
});

function warned({ reaperWarning }: Subject, err: string): boolean {
  return reaperWarning?.test(err) ?? false;
}
