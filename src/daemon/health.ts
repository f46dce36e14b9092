import type { Agent } from "#daemon/agent.ts";

/** A part of sexton that must be alive for it to be ready; null is well, a sentence is what is wrong. */
export type Check = () => string | null;

export interface Health {
  /** The first scan is done. */
  started(): boolean;
  /** What is not alive, by name; empty when ready. An app that is not there yet is not sexton's failure. */
  problems(): Record<string, string>;
  add(name: string, check: Check): void;
  /** What is worth a line beside "ok", and makes nothing unready; null is nothing. */
  note(name: string, check: Check): void;
  notes(): Record<string, string>;
}

export function createHealth(agent: Pick<Agent, "table">): Health {
  const checks = new Map<string, Check>();
  const notes = new Map<string, Check>();
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
    problems: () => sentences(checks),
    add: (name, check) => void checks.set(name, check),
    notes: () => sentences(notes),
    note: (name, check) => void notes.set(name, check),
  };
}

function sentences(checks: ReadonlyMap<string, Check>): Record<string, string> {
  return Object.fromEntries(
    [...checks].flatMap(([name, check]) => {
      const sentence = check();
      return sentence === null ? [] : [[name, sentence]];
    }),
  );
}
