import type { AgentSettings } from "#daemon/agent.ts";

/** An agent's settings where none is given. */
export const agentSettings: AgentSettings = {
  targets: {},
  targetContainer: undefined,
  signals: { allow: null },
  exposeEnviron: false,
  zombies: { remedy: "report", minAgeMs: 10_000 },
};
