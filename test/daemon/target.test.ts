import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chownSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, createAgent } from "#daemon/agent.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { TargetRule } from "#policy/target-rule.ts";
import { agentSettings } from "../support/agent-settings.ts";
import { eventually } from "../support/poll.ts";

const folder = mkdtempSync(join(tmpdir(), "sexton-target-"));
const listener =
  "const s = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() }); console.log(s.port)";
let app: Bun.Subprocess<"ignore", "pipe", "ignore">;
let port: number;

beforeAll(async () => {
  app = Bun.spawn([process.execPath, "-e", listener], { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
  const { value } = await app.stdout.getReader().read();
  port = Number(new TextDecoder().decode(value));
});
afterAll(() => {
  app.kill(9);
  rmSync(folder, { recursive: true });
});

function agentWith(rule: TargetRule): Agent {
  return createAgent(procRoot(), Date.now, { ...agentSettings, targets: { app: rule } });
}

const dryRun = (agent: Agent) =>
  agent.signal({ verb: "TERM", force: false, dryRun: true, waitMs: 0, abort: new AbortController().signal });

describe("a target by what is not in the table", () => {
  test("its port: whoever listens there", async () => {
    expect(await dryRun(agentWith({ port }))).toMatchObject({ target: { process: { pid: app.pid } } });
  });

  test("a port that nobody listens on is a problem that says so", async () => {
    expect(await dryRun(agentWith({ port: 1 }))).toMatchObject({
      kind: "target-not-found",
      detail: 'Cannot find target "app": nobody listens on port 1.',
    });
  });

  test("its pid file", async () => {
    const pidFile = join(folder, "app.pid");
    writeFileSync(pidFile, `${app.pid}\n`);
    const agent = agentWith({ pidFile });
    expect(await dryRun(agent)).toMatchObject({ target: { process: { pid: app.pid } } });
  });

  test.skipIf(process.getuid?.() !== 0)(
    "a pid file of another user than the process's names nobody (as root)",
    async () => {
      const pidFile = join(folder, "foreign.pid");
      writeFileSync(pidFile, `${app.pid}`);
      chownSync(pidFile, 65_534, 65_534);
      const refused = await dryRun(agentWith({ pidFile }));
      expect(refused).toMatchObject({ kind: "target-not-found" });
      expect(refused).toHaveProperty("detail", expect.stringContaining("belongs to user 65534"));
    },
  );

  test("a pid file that is older than its process is stale, and nobody is hit", async () => {
    const pidFile = join(folder, "stale.pid");
    writeFileSync(pidFile, `${app.pid}`);
    utimesSync(pidFile, new Date(0), new Date(0));
    const refused = await dryRun(agentWith({ pidFile }));
    expect(refused).toMatchObject({ kind: "target-not-found" });
    expect(refused).toHaveProperty("detail", expect.stringContaining("is stale"));
  });

  for (const content of ["", "0", "-1", "abc", "99999999999"]) {
    test(`a pid file that holds ${JSON.stringify(content)} names nobody`, async () => {
      const pidFile = join(folder, "bad.pid");
      writeFileSync(pidFile, content);
      expect(await dryRun(agentWith({ pidFile }))).toMatchObject({ kind: "target-not-found" });
    });
  }

  test("a pid file that is not there is a problem that says so", async () => {
    const refused = await dryRun(agentWith({ pidFile: join(folder, "absent.pid") }));
    expect(refused).toHaveProperty("detail", expect.stringContaining("cannot be read (ENOENT)"));
  });
});

test("a target by its arguments", async () => {
  const mark = `mark-${process.pid}`;
  const marked = Bun.spawn([process.execPath, "-e", "setInterval(() => {}, 1000)", mark], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  const agent = agentWith({ args: mark });
  const report = await eventually("the process", async () => {
    const found = await dryRun(agent);
    return "target" in found ? found : null;
  });
  expect(report.target.process.pid).toBe(marked.pid);
  marked.kill(9);
});
