import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { version } from "../../package.json" with { type: "json" };
import { type Agent, binary, cleanEnv, runBinary, startAgent } from "../support/binary.ts";
import { eventually } from "../support/poll.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-cli-"));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
afterAll(() => rmSync(folder, { recursive: true }));

/** One sentence on stderr, nothing on stdout, and the exit code of a usage error. */
async function expectUsageError(
  args: readonly string[],
  words: string,
  env: Record<string, string> = {},
): Promise<void> {
  const { out, err, code } = await runBinary(args, env);
  expect({ out, code, lines: err.trimEnd().split("\n").length }).toEqual({ out: "", code: 2, lines: 1 });
  expect(err).toStartWith("sexton: Cannot ");
  expect(err).toContain(words);
}

describe("commands that ask a running agent", () => {
  let agent: Agent;
  let listen: string[];
  beforeAll(async () => {
    agent = await startAgent();
    listen = ["--listen", agent.url.replace("http://", "")];
  });
  afterAll(async () => {
    expect(await agent.stop()).toBe(0);
  });

  test("ps prints a table, with --json the answer, with --tree branches", async () => {
    const table = await runBinary(["ps", ...listen]);
    expect(table.code).toBe(0);
    expect(table.out).toMatch(/^ *PID +PPID +UID +S +%CPU +RSS +THR +TIME +AGE +CONTAINER +COMMAND\n/);
    const json = JSON.parse((await runBinary(["ps", "--json", "--limit", "1", "--sort=-pid", ...listen])).out);
    expect(json.count).toBe(1);
    expect((await runBinary(["ps", "--tree", ...listen])).out).toContain("└─ ");
  });

  test("a long answer reaches a slow reader whole, and HTTP_PROXY is not asked for loopback", async () => {
    // Enough processes to fill a pipe's 64 KiB several times, while nobody reads.
    const many = Array.from({ length: 150 }, (_, n) =>
      Bun.spawn(["sleep", "1000"], { argv0: `sleeper-${n}-${"x".repeat(800)}`, stdio: ["ignore", "ignore", "ignore"] }),
    );
    await eventually("the sleepers", async () => (await agent.json("/processes?name=sleep"))["count"] >= many.length);
    const command = ["sh", "-c", '"$@" | { sleep 0.3; cat; }', "sh", binary, "ps", "--json", ...listen];
    const { stdout } = Bun.spawnSync(command, {
      env: { ...cleanEnv, HTTP_PROXY: "http://127.0.0.1:1" },
      stderr: "inherit",
    });
    for (const sleeper of many) sleeper.kill();
    expect(stdout.length).toBeGreaterThan(150 * 800);
    expect(JSON.parse(stdout.toString()).count).toBeGreaterThan(150);
  });

  test("signal lists targets without a verb, and refuses with a sentence and exit code 1", async () => {
    expect(await runBinary(["signal", ...listen])).toMatchObject({ code: 0, err: "" });
    const refused = await runBinary(["signal", "TERM", "--pid", String(agent.pid), ...listen]);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toContain("it is sexton itself");
  });

  test("signal --pid --dry-run says what would be sent", async () => {
    const sleeper = Bun.spawn(["sleep", "1000"], { stdio: ["ignore", "ignore", "ignore"] });
    const dry = await runBinary(["signal", "TERM", "--pid", String(sleeper.pid), "--dry-run", ...listen]);
    expect(dry).toMatchObject({
      code: 0,
      err: "",
      out: `Would send SIGTERM to sleep (pid ${sleeper.pid}): default-terminate\n`,
    });
    const sent = await runBinary(["signal", "TERM", "--pid", String(sleeper.pid), "--wait", "5s", "--json", ...listen]);
    expect(JSON.parse(sent.out)).toMatchObject({ sent: true, outcome: { status: "exited", signal: "SIGTERM" } });
    expect(await sleeper.exited).toBe(143);
  });

  test("reload is signal reload", async () => {
    const reload = await runBinary(["reload", "--target", "nobody", ...listen]);
    expect(reload.code).toBe(1);
    expect(reload.err).toContain('Cannot find target "nobody"');
  });

  test("health is 0 when it is ready", async () => {
    expect(await runBinary(["health", ...listen])).toMatchObject({ code: 0, out: "ok\n" });
  });
});

test("health is 3, with a sentence, when nobody listens", async () => {
  const { code, err } = await runBinary(["health", "--listen", "127.0.0.1:1"]);
  expect(code).toBe(3);
  expect(err).toContain("Cannot reach sexton at http://127.0.0.1:1");
});

test("version and help", async () => {
  expect((await runBinary(["version"])).out).toStartWith(`sexton ${version} (Bun `);
  expect((await runBinary(["--version"])).out).toStartWith(`sexton ${version} `);
  expect((await runBinary(["help"])).out).toContain("Commands:");
  for (const command of ["serve", "ps", "signal", "health", "config", "version"]) {
    const help = await runBinary([command, "--help"]);
    expect({ code: help.code, starts: help.out.startsWith(`Usage: sexton ${command}`) }).toEqual({
      code: 0,
      starts: true,
    });
  }
});

test("what is mistyped is answered with the nearest", async () => {
  await expectUsageError(["signl"], 'Did you mean "signal"?');
  await expectUsageError(["ps", "--tre"], "Did you mean --tree?");
  await expectUsageError(["ps", "extra"], '"extra"');
  await expectUsageError(["config", "shwo"], "expected check or show");
});

describe("configuration", () => {
  test("config show tells each value and where it came from: file < env < flags", async () => {
    const path = file("good.yaml", "listen: 127.0.0.1:1111\nprobes: 127.0.0.1:2222\nsignals: { allow: [HUP] }\n");
    const { out, code } = await runBinary(
      ["config", "show", "--json", "--config", path, "--listen", "127.0.0.1:3333"],
      {
        SEXTON_PROBES: "127.0.0.1:4444",
      },
    );
    expect(code).toBe(0);
    const settings = Object.fromEntries(
      JSON.parse(out).settings.map((setting: { key: string }) => [setting.key, setting]),
    );
    expect(settings["listen"]).toMatchObject({ value: ["127.0.0.1:3333"], source: "flag --listen" });
    expect(settings["probes"]).toMatchObject({ value: "127.0.0.1:4444", source: "env SEXTON_PROBES" });
    expect(settings["signals.allow"]).toMatchObject({ value: ["SIGHUP"], source: `file ${path}` });
    expect(settings["api.exposeEnviron"]).toMatchObject({ value: false, source: "default" });
  });

  test("config check says what is wrong, where, and what is nearest", async () => {
    expect(await runBinary(["config", "check"])).toMatchObject({ code: 0, out: "The configuration is valid\n" });
    await expectUsageError(
      ["config", "check", "--config", file("typo.yaml", "lisen: x\n")],
      'there is no key "lisen". Did you mean "listen"?',
    );
    await expectUsageError(["config", "check", "--config", file("broken.yaml", "a: [1\nb: 2\n")], "line 2");
    await expectUsageError(["config", "check", "--config", join(folder, "absent.yaml")], "there is no such file");
    await expectUsageError(["config", "check", "--config", folder], "Cannot read configuration");
    await expectUsageError(["config", "check"], "SEXTON_LISTN", { SEXTON_LISTN: "x" });
  });

  test("serving refuses what is invalid, a taken port and an open address: one sentence, exit code 2", async () => {
    await expectUsageError(["--config", file("type.yaml", "listen: 5\n")], "listen");
    await expectUsageError(["--listen", "0.0.0.0:0"], "listen on 127.0.0.1");
    const taken = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("mine") });
    await expectUsageError(["--listen", `127.0.0.1:${taken.port}`], "the address is in use");
    await taken.stop(true);
  });

  test("a .env and a bunfig.toml in the working directory change nothing", async () => {
    file(".env", "SEXTON_LISTEN=127.0.0.1:1\nSEXTON_NONSENSE=1\n");
    file("bunfig.toml", "preload = ['./absent.ts']\n");
    expect(await runBinary(["config", "check"], {}, folder)).toMatchObject({ code: 0 });
  });

  test("SIGHUP reads the file again: all or nothing, the old settings stay on error", async () => {
    const path = file("live.yaml", "signals: { allow: [USR1] }\n");
    const agent = await startAgent({ args: ["--config", path] });
    const allowed = async () => {
      const { settings } = await agent.json("/config");
      return settings.find(({ key }: { key: string }) => key === "signals.allow").value as string[];
    };
    expect(await allowed()).toEqual(["SIGUSR1"]);
    writeFileSync(path, "signals: { allow: [USR2] }\n");
    process.kill(agent.pid, "SIGHUP");
    await eventually("the new setting", async () => (await allowed())[0] === "SIGUSR2");
    writeFileSync(path, "signals: { alow: [TERM] }\n");
    process.kill(agent.pid, "SIGHUP");
    await eventually("the refusal in the log", () => agent.stderr().includes("configuration not taken"));
    expect(await allowed()).toEqual(["SIGUSR2"]);
    expect(await agent.stop()).toBe(0);
  });
});

describe("listeners", () => {
  test("probes have one of their own, with nothing else on it", async () => {
    const agent = await startAgent({ args: ["--probes", "127.0.0.1:0"] });
    const probes = `http://${/addresses=\["[^"]+","([^"]+)"/.exec(agent.stderr())?.[1]}`;
    for (const path of ["/livez", "/readyz", "/startupz", "/healthz"])
      expect((await fetch(probes + path)).status).toBe(200);
    expect((await fetch(`${probes}/processes`)).status).toBe(403);
    expect(await agent.stop("SIGINT")).toBe(0);
  });

  test("a Unix socket serves the API to its owner only, replaces a dead one and is removed at the end", async () => {
    const socket = join(folder, "sexton.sock");
    const killed = await startAgent({ args: ["--listen", `127.0.0.1:0,unix://${socket}`] });
    await killed.stop("SIGKILL");
    expect((await Bun.file(socket).stat()).isSocket()).toBe(true);
    // The last --listen counts: the socket, and the port that startAgent waits for.
    const agent = await startAgent({ args: ["--listen", `127.0.0.1:0,unix://${socket}`] });
    const response = await fetch("http://localhost/livez", { unix: socket });
    expect(await response.text()).toBe("ok\n");
    expect((await runBinary(["health", "--listen", `unix://${socket}`])).code).toBe(0);
    expect((await Bun.file(socket).stat()).mode & 0o777).toBe(0o600);
    expect(await agent.stop()).toBe(0);
    expect(await Bun.file(socket).exists()).toBe(false);
  });

  test("a file where the socket is to be stays, and so does a socket that answers", async () => {
    const path = file("precious", "keep");
    await expectUsageError(["--listen", `unix://${path}`], "is no socket");
    expect(await Bun.file(path).text()).toBe("keep");
    const socket = join(folder, "busy.sock");
    const agent = await startAgent({ args: ["--listen", `127.0.0.1:0,unix://${socket}`] });
    await expectUsageError(["--listen", `unix://${socket}`], "the address is in use");
    expect((await runBinary(["health", "--listen", `unix://${socket}`])).code).toBe(0);
    expect(await agent.stop()).toBe(0);
  });
});
