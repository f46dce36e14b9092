import { afterAll, afterEach, beforeAll } from "bun:test";
import type { SignalRequest } from "#daemon/agent.ts";
import { linesOf } from "./lines.ts";
import { type ReloadingAgent, reloadingAgent } from "./reloading.ts";
import { outcomeOf } from "./reloading-servers.ts";
import { childrenOf } from "./servers.ts";

/** For a file of tests: one agent, and small apps that end with the test that started them. */
export function reloadingApps() {
  let sexton: ReloadingAgent | null = null;
  const cleanups: (() => unknown)[] = [];
  beforeAll(() => {
    sexton = reloadingAgent();
  });
  afterAll(() => sexton?.stop());
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  const agent = () => {
    if (!sexton) throw new Error("The agent runs for as long as the tests do");
    return sexton;
  };

  async function start(command: readonly string[]) {
    const app = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
    cleanups.push(async () => {
      for (const pid of childrenOf(app.pid)) end(pid);
      app.kill(9);
      await app.exited;
    });
    const lines = linesOf(app.stdout);
    await lines.waitForMatch(/./);
    return { pid: app.pid, lines };
  }

  return {
    agent,
    start,
    python: (...text: readonly string[]) => start(["python3", "-u", "-c", text.join("\n")]),
    reload: async (pid: number, more: Partial<SignalRequest> = {}) => outcomeOf(await agent().reload(pid, more)),
    /** Undone when the test ends. */
    atEnd: (cleanup: () => unknown) => void cleanups.push(cleanup),
  };
}

export function end(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
