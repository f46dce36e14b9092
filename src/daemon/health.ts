import type { Agent } from "#daemon/agent.ts";

/** A part of sexton that must be alive for it to be ready; null is well, a sentence is what is wrong. */
export type Check = () => string | null;

export interface Health {
  /** The first scan is done. */
  started(): boolean;
  /** What is not alive, by name; empty when ready. An app that is not there yet is not sexton's failure. */
  problems(): Record<string, string>;
  add(name: string, check: Check): void;
}

export function createHealth(agent: Pick<Agent, "table">): Health {
  const checks = new Map<string, Check>();
  checks.set("proc", () => {
    const { processes } = agent.table();
    return processes.length > 0 ? null : "no process can be read from /proc";
  });
  let started = false;
  return {
    started() {
      started ||= agent.table().processes.length > 0;
      return started;
    },
    problems() {
      return Object.fromEntries(
        [...checks].flatMap(([name, check]) => {
          const problem = check();
          return problem === null ? [] : [[name, problem]];
        }),
      );
    },
    add: (name, check) => void checks.set(name, check),
  };
}
