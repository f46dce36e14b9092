import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, runBinary, startAgent } from "../support/binary.ts";
import { createShells, type Shell, type Shells, shellProblem } from "../support/shells.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-completion-"));
let agent: Agent;
let shells: Shells;
beforeAll(async () => {
  const config = join(folder, "sexton.yaml");
  writeFileSync(config, "targets: { sleeper: { name: sleep }, slow.app: { name: sleep } }\n");
  writeFileSync(join(folder, "some-file"), "");
  agent = await startAgent({ args: ["--config", config, "--watch", `certs=${folder},target=sleeper`] });
  shells = createShells(agent.url.replace("http://", ""));
});
afterAll(async () => {
  shells.close();
  rmSync(folder, { recursive: true });
  expect(await agent.stop()).toBe(0);
});

const sorts = ["-cpu", "-pid", "-rss", "-start", "cpu", "pid", "rss", "start"];

for (const shell of ["bash", "zsh", "fish"] satisfies Shell[]) {
  const problem = shellProblem(shell);
  if (problem !== null) console.warn(`Skipped in test/system/cli-completion.test.ts: ${problem}`);

  describe.skipIf(problem !== null)(`completion in ${shell}`, () => {
    const complete = (...words: string[]) => shells.complete(shell, ["sexton", ...words]);

    test("the script is one", () => {
      expect(shells.syntax(shell)).toBe("");
    });

    test("commands, and what they are told", async () => {
      expect(await complete("zo")).toEqual(["zombies"]);
      expect(await complete("rel")).toEqual(["reload", "reloads"]);
      expect(await complete("help", "zo")).toEqual(["zombies"]);
      expect(await complete("config", "")).toEqual(["check", "show"]);
      expect(await complete("completion", "z")).toEqual(["zsh"]);
    });

    test("options of the command, and of every command", async () => {
      expect(await complete("ps", "--s")).toEqual(["--sort", "--state", "--stray"]);
      expect(await complete("ps", "--col")).toEqual(["--color"]);
      expect(await complete("zombies", "--reap", "--str")).toEqual(["--strategy"]);
    });

    test("their values", async () => {
      expect(await complete("ps", "--state", "zo")).toEqual(["zombie"]);
      expect(await complete("ps", "--tree", "--color", "a")).toEqual(["always", "auto"]);
      expect(await complete("zombies", "--strategy", "n")).toEqual(["nudge"]);
      expect(await complete("signal", "SIGHU")).toEqual(["SIGHUP"]);
      expect(await complete("signal", "--force", "re")).toEqual(["reload", "reopen-logs"]);
      const offered = await complete("ps", "--sort", "");
      // Fish takes those that begin with a dash for options, until one is typed.
      expect(offered).toEqual(shell === "fish" ? offered.filter((word) => sorts.includes(word)) : sorts);
      expect(offered).toContain("rss");
    });

    test("files where one is wanted", async () => {
      const paths = await complete("ps", "--config", `${folder}/some`);
      expect(paths.map((path) => path.replace(/^.*\//, ""))).toContain("some-file");
    });

    test("names that only the agent knows", async () => {
      expect(await complete("signal", "--target", "sl")).toEqual(["sleeper", "slow.app"]);
      expect(await complete("signal", "--target", "sleeper", "terminat")).toEqual(["terminate"]);
      expect(await complete("reloads", "run", "")).toEqual(["certs"]);
    });

    test("after the last operand there are options at most", async () => {
      for (const words of [
        ["completion", "bash", ""],
        ["version", ""],
      ])
        expect((await complete(...words)).filter((word) => !word.startsWith("-"))).toEqual([]);
    });
  });
}

describe.skipIf(shellProblem("bash") !== null)("completion in bash, whose words end at =", () => {
  test.each([
    [["ps", "--sort", "=", "-r"], ["-rss"]],
    [["ps", "--sort", "="], sorts],
    [["ps", "--sort", "=", "cpu", "--stat"], ["--state"]],
    [["signal", "--target", "=", "sleeper", "termin"], ["terminate"]],
  ])("%j: %j", async (words, offered) => {
    expect(await shells.complete("bash", ["sexton", ...words])).toEqual(offered);
  });

  test("without an agent there are no names, and no noise", async () => {
    const alone = createShells("127.0.0.1:1");
    expect(await alone.complete("bash", ["sexton", "signal", "--target", ""])).toEqual([]);
    expect(await alone.complete("bash", ["sexton", "ps", "--tr"])).toEqual(["--tree"]);
    alone.close();
  });
});

test("names that a shell would take for more than a name are left out", async () => {
  const names = ["$(id)", "`id`", "a b", "good", "'", "-rf", "also.good-1", "\n", null];
  const evil = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.json({ containers: names.map((name) => ({ name })) }),
  });
  const { out, code } = await runBinary(["completion", "names", "containers", "--listen", `127.0.0.1:${evil.port}`]);
  expect({ out, code }).toEqual({ out: "good\nalso.good-1\n", code: 0 });
  await evil.stop(true);
});
