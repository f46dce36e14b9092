import { expect, test } from "bun:test";
import { casesOf } from "../../support/init/command-lines.ts";
import { actor } from "../../support/init/ground.ts";
import { plain } from "../../support/init/plain.ts";
import { runInit } from "../../support/init/run.ts";
import { describeEach } from "../../support/init/subjects.ts";

/** The init and its child, before that is the program, speak at the same time. */
function ordered(text: string): string {
  return text.includes("setsid complete") ? text.split("\n").sort().join("\n") : text;
}

describeEach(
  "command line",
  (subject) => {
    for (const { args, env = {}, code, out, err } of casesOf(subject)) {
      const shown = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...args].join(" ");
      test(shown.replaceAll(actor, "actor") || "(nothing)", async () => {
        const ended = await runInit(subject, args, env);
        const said = { code: ended.code, out: plain(ended.out), err: plain(ended.err) };
        expect(said.code).toBe(code);
        for (const [text, expected] of [
          [said.out, out],
          [said.err, err],
        ] as const) {
          if (typeof expected === "string") expect(ordered(text)).toBe(ordered(expected));
          else if (expected !== undefined) expect(text).toMatch(expected);
        }
      });
    }
  },
  () => true,
);
