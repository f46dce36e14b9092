import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, binary, cleanEnv, runBinary, startAgent } from "../support/binary.ts";
import { eventually } from "../support/poll.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-exit-"));
const socket = join(folder, "sexton.sock");
let agent: Agent;
beforeAll(async () => {
  agent = await startAgent({ args: ["--listen", `127.0.0.1:0,unix://${socket}`] });
});
afterAll(async () => {
  expect(await agent.stop()).toBe(0);
  rmSync(folder, { recursive: true });
});

/** All that asks the agent, and changes nothing. */
const questions: readonly (readonly string[])[] = [
  ["ps"],
  ["ps", "--tree"],
  ["zombies"],
  ["events", "--limit", "5"],
  ["signal"],
  ["reloads"],
  ["health"],
  ["completion", "names", "targets"],
];

describe("0: done", () => {
  test.each(questions.map((args) => [args]))("%j, by TCP and by socket", async (args) => {
    for (const listen of [agent.url.replace("http://", ""), `unix://${socket}`])
      expect(await runBinary([...args, "--listen", listen])).toMatchObject({ code: 0, err: "" });
    expect(await runBinary(args, { SEXTON_LISTEN: `unix://${socket}` })).toMatchObject({ code: 0, err: "" });
  });

  test("by socket a signal is sent too, and events are followed", async () => {
    const sleeper = Bun.spawn(["sleep", "1000"], { stdio: ["ignore", "ignore", "ignore"] });
    const here = ["--listen", `unix://${socket}`];
    const follower = Bun.spawn([binary, "events", "-f", "--types", "signal.sent", "--limit", "1", "--json", ...here], {
      env: cleanEnv,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await eventually("the follower", async () => {
      await runBinary(["signal", "CONT", "--pid", String(sleeper.pid), ...here]);
      return follower.exitCode !== null;
    });
    expect(JSON.parse(await new Response(follower.stdout).text())).toMatchObject({ type: "signal.sent" });
    const sent = await runBinary(["signal", "TERM", "--pid", String(sleeper.pid), "--wait", "5s", ...here]);
    expect(sent).toEqual({
      code: 0,
      err: "",
      out: expect.stringMatching(/^Sent SIGTERM to sleep \(pid \d+\): it ended after [\d.]+ s, by SIGTERM\n$/),
    });
    expect(await sleeper.exited).toBe(143);
  });

  test.each([["version"], ["openapi"], ["config"], ["help"], ["health"], ["ps"], ["signal"], ["reloads"], ["zombies"]])(
    "%s --json is one line of JSON",
    async (name) => {
      const args = name === "config" ? ["config", "show"] : [name];
      const listen = name === "help" ? [] : ["--listen", `unix://${socket}`];
      const { out, err, code } = await runBinary([...args, "--json", ...listen]);
      expect({ err, code, lines: out.trimEnd().split("\n").length }).toEqual({ err: "", code: 0, lines: 1 });
      expect(typeof JSON.parse(out)).toBe("object");
    },
  );

  test("openapi prints what the agent serves", async () => {
    expect(JSON.parse((await runBinary(["openapi"])).out)).toEqual(await agent.json("/openapi.json"));
  });

  test("help init is the help of init", async () => {
    expect((await runBinary(["help", "init"])).out).toBe((await runBinary(["init", "--help"])).out);
  });
});

describe("1: refused or failed", () => {
  const listen = ["--listen", `unix://${socket}`];

  test.each([
    [["signal", "HUP", "--target", "nobody"], 'Cannot find target "nobody"'],
    [["signal", "TREM", "--pid", String(process.pid)], "SIGTERM"],
    [["reloads", "run", "nothing"], 'Cannot use watch "nothing": there is no such watch'],
    [["events", "--types", "process.exit"], "process.exited"],
  ])("%j: a sentence with what would have been right", async (args, words) => {
    const { out, err, code } = await runBinary([...args, ...listen]);
    expect({ out, code }).toEqual({ out: "", code: 1 });
    expect(err).toContain(words);
    expect(err.trimEnd().split("\n").length).toBe(1);
  });

  test("a reload that has ended the app, with --json too", async () => {
    for (const json of [[], ["--json"]]) {
      const sleeper = Bun.spawn(["sleep", "1000"], { stdio: ["ignore", "ignore", "ignore"] });
      const pid = String(sleeper.pid);
      const args = ["signal", "reload", "--pid", pid, "--force", "--wait", "10s", ...json, ...listen];
      const { out, err, code } = await runBinary(args);
      expect({ err, code }).toEqual({ err: "", code: 1 });
      expect(out).toContain(json.length === 0 ? "it ended after" : '"status":"exited"');
      expect(await sleeper.exited).toBe(129);
    }
  });

  test("with --json the problem is on stdout, as the API has it", async () => {
    const { out, err, code } = await runBinary(["signal", "HUP", "--target", "nobody", "--json", ...listen]);
    expect({ err, code }).toEqual({ err: "", code: 1 });
    expect(JSON.parse(out)).toMatchObject({ kind: "target-not-found", status: 404 });
  });
});

describe("2: wrong usage", () => {
  test.each([
    [["ps", "--watch", "0"], "from 0.2 to 86400"],
    [["ps", "--watch=soon"], '"soon"'],
    [["ps", "--color", "blue"], "auto, always, never"],
    [["ps", "--listen", "nowhere"], "host:port"],
    [["completion"], "bash, zsh and fish"],
    [["completion", "tcsh"], "complete for tcsh"],
    [["completion", "bash", "zsh"], '"zsh"'],
    [["completion", "names", "pods"], "targets, watches, containers"],
    [["signal", "HUP", "--wait", "long"], '"long"'],
    [["health", "--jsn"], "Did you mean --json?"],
    [["ps", "--sort", "size"], "expected pid"],
    [["zombies", "--reap", "--strategy", "kill"], "nudge"],
  ])("%j: one sentence", async (args, words) => {
    const { out, err, code } = await runBinary(args);
    expect({ out, code, lines: err.trimEnd().split("\n").length }).toEqual({ out: "", code: 2, lines: 1 });
    expect(err).toStartWith("sexton: Cannot ");
    expect(err).toContain(words);
  });
});

describe("3: the agent cannot be reached", () => {
  async function expectUnreachable(args: readonly string[], words: readonly string[], env = {}) {
    const { out, err, code } = await runBinary(args, env);
    expect({ out, code, lines: err.trimEnd().split("\n").length }).toEqual({ out: "", code: 3, lines: 1 });
    for (const word of ["sexton: Cannot reach sexton at ", "Is it running?", ...words]) expect(err).toContain(word);
  }

  test.each(questions.map((args) => [args]))("%j says where it looked, and whose idea that was", async (args) => {
    const nobody = "http://127.0.0.1:1 (from ";
    await expectUnreachable([...args, "--listen", "127.0.0.1:1"], [`${nobody}flag --listen): nobody listens there`]);
    await expectUnreachable(args, [`${nobody}env SEXTON_LISTEN): nobody`], { SEXTON_LISTEN: "127.0.0.1:1" });
  });

  test("events --follow too", () =>
    expectUnreachable(["events", "-f", "--listen", "127.0.0.1:1"], ["nobody listens there"]));

  test("a socket that is absent, and one that nobody listens on", async () => {
    const absent = join(folder, "absent.sock");
    await expectUnreachable(
      ["ps", "--listen", `unix://${absent}`],
      [`${absent} (from flag --listen): there is no such`],
    );
    const file = join(folder, "file");
    await Bun.write(file, "");
    await expectUnreachable(["ps", "--listen", `unix://${file}`], ["nobody listens on this socket"]);
  });

  test.skipIf(process.getuid?.() !== 0)("another user's socket", async () => {
    // mkdtemp makes folders for their owner alone.
    Bun.spawnSync(["chmod", "755", folder]);
    const other = ["setpriv", "--reuid", "65534", "--clear-groups", binary, "ps", "--listen", `unix://${socket}`];
    const { exitCode, stderr } = Bun.spawnSync(other, { env: cleanEnv });
    expect(exitCode).toBe(3);
    expect(stderr.toString()).toContain("permission denied, the socket is for the user that sexton runs as");
  });

  test("what answers is somebody else", async () => {
    const status = { value: 200 };
    const other = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response("<p>", { status: status.value }),
    });
    const listen = ["--listen", `127.0.0.1:${other.port}`];
    await expectUnreachable(["ps", ...listen], ["status 200", "is not sexton"]);
    status.value = 404;
    await expectUnreachable(["reload", ...listen], ["status 404", "is not sexton"]);
    await expectUnreachable(["events", "-f", ...listen], ["status 404", "is not sexton"]);
    await other.stop(true);
  });

  test("who accepts and says nothing", async () => {
    const silent: Server = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    await expectUnreachable(["health", "--listen", `127.0.0.1:${port}`], ["no answer in 3 s"]);
    silent.close();
  });
});
