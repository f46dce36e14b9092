import { describe, expect, test } from "bun:test";
import { run } from "#cli/run.ts";
import { paperTerminal } from "../support/terminal.ts";

/** Nobody listens there, so what is asked of an agent ends with 3: wrong usage ends before. */
const nowhere = ["--listen", "127.0.0.1:9"];

async function sexton(args: readonly string[]) {
  const paper = paperTerminal();
  const code = await run(args, paper, async () => 0);
  return { code, out: paper.outs.join(""), err: paper.errs.join("") };
}

describe("wrong usage is told in one sentence, and asks nobody", () => {
  test.each([
    [["ps", "--container"], "Cannot use --container: a value is missing. Write --container=VALUE"],
    [["ps", "--limit", "--tree"], "Cannot use --limit: a value is missing. Write --limit=VALUE"],
    [["signal", "HUP", "--dry-run=yes"], "Cannot use --dry-run=yes: it takes no value"],
    [["signal", "-1"], "Cannot use -1: there is no such option"],
    [["ps", "-v"], "Cannot use -v: there is no such option"],
    [["ps", "--state", "zomby"], "Cannot use --state=zomby: expected running, sleeping"],
    [["ps", "--state", "zomby"], 'Did you mean "zombie"?'],
    [["ps", "--sort", "cpus"], 'Did you mean "cpu"?'],
    [["ps", "--sort", "-foo"], "Cannot use --sort=-foo"],
    [["zombies", "--reap", "--strategy", "kill"], "Cannot use --strategy=kill: expected auto, wait"],
    [["zombies", "--reap", "--min-age", "soon"], "Cannot use --min-age=soon: expected a time"],
    [["ps", "--limit", "1", "--limit", "2"], "Cannot use --limit twice"],
    [["ps", "--listen", "127.0.0.1:1"], "Cannot use --listen twice"],
    [["signal", ""], "Cannot use an empty word with signal"],
    [["reloads", "hold", ""], "Cannot use an empty word with reloads"],
    [["signal", "HUP", "--pid", ""], "--pid is empty"],
    [["signal", "--pid", "17"], "Cannot use --pid with nothing to send"],
    [["signal", "--dry-run"], "Cannot use --dry-run with nothing to send"],
    [["config"], "Cannot use config by itself: expected check or show"],
    [["config", "foo"], 'Cannot use config "foo": expected check or show'],
  ])("%j: %s", async (args, sentence) => {
    const { code, out, err } = await sexton([...args, ...nowhere]);
    expect({ code, out, err }).toEqual({ code: 2, out: "", err: expect.stringContaining(sentence) });
    expect(err).toMatch(/^sexton: [^\n]+\n$/);
  });

  test("help takes one command", async () => {
    expect(await sexton(["help", "ps", "top"])).toMatchObject({ code: 2, err: expect.stringContaining('"top"') });
  });
});

describe("what looks like an option is a value where one has to follow", () => {
  test.each([[["ps", "--sort", "-cpu"]], [["ps", "--uid", "-1"]], [["events", "--after", "-1"]]])(
    "%j reaches for the agent",
    async (args) => {
      expect(await sexton([...args, ...nowhere])).toMatchObject({ code: 3 });
    },
  );
});
