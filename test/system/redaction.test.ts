import { describe, expect, test } from "bun:test";
import { type AgentOptions, startAgent } from "../support/binary.ts";
import { linesOf } from "../support/lines.ts";
import { eventually } from "../support/poll.ts";

const secret = "Arg-secret-71";

async function startBoth(args: readonly string[], options: Partial<AgentOptions> = {}) {
  const agent = await startAgent({ ...options, args });
  const script = "trap 'echo got' USR1; echo ready; while :; do read line; done";
  const app = Bun.spawn(["sh", "-c", script, "shop", "--password", secret, `--dsn=postgres://me:${secret}@db/shop`], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  const lines = linesOf(app.stdout);
  await lines.waitFor("ready");
  await eventually("the process", async () => (await agent.fetch(`/processes/${app.pid}`)).ok);
  return {
    agent,
    app,
    lines,
    async [Symbol.asyncDispose]() {
      app.kill(9);
      await app.exited;
      await agent.stop();
    },
  };
}

/** By its arguments alone, which is where the credential is. */
const target = `{shop: {args: "--password ${secret}", verbs: {poke: USR1}}}`;

describe("a credential in a command line", () => {
  test("is shown nowhere, and targets are found by it all the same", async () => {
    await using both = await startBoth(["--targets", target, "--log-level", "debug"]);
    const { agent, app, lines } = both;
    const sent = await agent.post("/signal/poke?target=shop");
    expect(await sent.json()).toMatchObject({ pid: app.pid, sent: true });
    await lines.waitFor("got");
    const refused = await agent.post(`/processes/${app.pid}/signal`, { body: "HUP" });
    expect(refused.status).toBe(409);
    const shown = [await refused.text()];
    const paths = [
      "/processes",
      "/processes?view=tree",
      `/processes/${app.pid}`,
      "/events",
      "/zombies",
      "/config",
      "/doctor",
      "/signal",
      "/metrics",
      "/containers",
    ];
    for (const path of paths) {
      for (const accept of ["application/json", "text/plain"]) {
        shown.push(await (await agent.fetch(path, { headers: { accept } })).text());
      }
    }
    const [list] = shown.slice(1);
    expect(list).toContain("--password");
    expect(list).toContain("postgres://me:***@db/shop");
    expect([...shown, agent.stderr()].filter((text) => text.includes(secret))).toEqual([]);
    const { args } = await agent.json(`/processes/${app.pid}`);
    expect(args.slice(-3)).toEqual(["--password", "***", "--dsn=postgres://me:***@db/shop"]);
  });

  test("is shown where the configuration says so", async () => {
    await using both = await startBoth(["--api-redact-args", "false"]);
    const { agent, app } = both;
    const { args } = await agent.json(`/processes/${app.pid}`);
    expect(args.slice(-3)).toEqual(["--password", secret, `--dsn=postgres://me:${secret}@db/shop`]);
  });
});
