import { afterAll, afterEach, beforeAll } from "bun:test";
import type { Problem } from "#base/errors.ts";
import type { SignalReport, SignalRequest } from "#daemon/agent.ts";
import { type ReloadingAgent, reloadingAgent } from "./reloading.ts";
import { type Server, type ServerOptions, startServer } from "./servers.ts";

/** For a file of tests: one agent, and servers that end with the test that started them. */
export function reloadingServers() {
  let sexton: ReloadingAgent | null = null;
  const servers: Server[] = [];
  beforeAll(() => {
    sexton = reloadingAgent();
  });
  afterAll(() => sexton?.stop());
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  const agent = () => {
    if (!sexton) throw new Error("The agent runs for as long as the tests do");
    return sexton;
  };
  return {
    agent,
    async start(options: ServerOptions): Promise<Server> {
      const server = await startServer(options);
      servers.push(server);
      return server;
    },
    report: (pid: number, more: Partial<SignalRequest> = {}) => agent().reload(pid, more),
    reload: async (pid: number, more: Partial<SignalRequest> = {}) => outcomeOf(await agent().reload(pid, more)),
    ended: (pid: number) => agent().ended(pid),
    /** The workers of before the last reload that are still there. */
    oldWorkers(pid: number): number {
      const found = agent().agent.process({ pid, startTicks: null });
      return "kind" in found ? 0 : agent().agent.oldWorkers(found);
    },
  };
}

export function outcomeOf(report: SignalReport | Problem) {
  return "outcome" in report ? report.outcome : report;
}
