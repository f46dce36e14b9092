import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { readContent } from "#daemon/content/read.ts";
import { watchContent } from "#daemon/content/watch.ts";
import { libc } from "#kernel/libc.ts";
import { contentFolder } from "../../support/content-folder.ts";
import { eventually } from "../../support/poll.ts";

setDefaultTimeout(120_000);
const folder = contentFolder();
afterAll(folder.remove);
let runs = 0;

const names = ["conf", "conf/a", "conf/b", "conf/sub", "conf/sub/c", "conf/sub/d", "app", "link", "x", "x/y", "x/y/z"];
const name = fc.constantFrom(...names);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant("write" as const), name, text: fc.constantFrom("1", "2") }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("append" as const), name }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("mkdir" as const), name }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("remove" as const), name }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("rename" as const), name, to: name }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("link" as const), name, to: name }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("wait" as const), ms: fc.constantFrom(0, 1, 10, 60) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What cannot be done (a parent that is no directory) is not done. */
async function perform(top: string, step: Step): Promise<void> {
  try {
    switch (step.act) {
      case "write":
        return writeFileSync(`${top}/${step.name}`, step.text);
      case "append":
        return appendFileSync(`${top}/${step.name}`, "x");
      case "mkdir":
        return mkdirSync(`${top}/${step.name}`);
      case "remove":
        return rmSync(`${top}/${step.name}`, { recursive: true });
      case "rename":
        return renameSync(`${top}/${step.name}`, `${top}/${step.to}`);
      case "link":
        return symlinkSync(`${top}/${step.to}`, `${top}/${step.name}`);
      case "wait":
        return await Bun.sleep(step.ms);
    }
  } catch (cause) {
    if ((cause as { code?: string }).code === undefined) throw cause;
  }
}

describe.skipIf(libc === null)("whatever happens to the files", () => {
  test("who reads at each notice, and only then, ends with what is there", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const top = folder.path(`${runs++}`);
        mkdirSync(`${top}/conf`, { recursive: true });
        writeFileSync(`${top}/conf/a`, "1");
        symlinkSync("conf", `${top}/link`);
        const paths = ["conf", "app", "link/sub", "x/y/z"].map((name) => `${top}/${name}`);
        let isDue = true;
        const watch = watchContent(paths, () => {
          isDue = true;
        });
        let seen = "";
        const look = async () => {
          while (isDue) {
            isDue = false;
            seen = (await readContent(paths)).content.hash;
          }
        };
        for (const step of steps) {
          await perform(top, step);
          await look();
        }
        try {
          await eventually(
            "the notice of the last change",
            async () => {
              await look();
              return seen === (await readContent(paths)).content.hash;
            },
            3_000,
          );
          expect([watch.mechanism(), watch.problem()]).toEqual(["inotify", null]);
        } finally {
          watch.stop();
        }
      }),
      { numRuns: 300 },
    );
  });
});
