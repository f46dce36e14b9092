import type { Available, Line } from "../../result.ts";
import { type Agent, mainAgent } from "../agent.ts";
import { type Check, hold } from "../check.ts";
import { type Json, kernelIsSince } from "../tools.ts";

/** Asks the doctor by the command line, and keeps what it could use. */
export async function capabilitiesOf(agent: Agent): Promise<Record<string, Available>> {
  const { out, err } = await agent.command("doctor", "--json");
  if (!out.startsWith("{")) throw new Error(`sexton doctor --json: ${err || out}`);
  const { capabilities } = JSON.parse(out) as { capabilities: Json[] };
  return Object.fromEntries(capabilities.map(({ name, available }) => [name, available]));
}

/** What any kernel since 5.10 gives to root. */
const always = ["ffi", "pidfd_open", "pidfd_send_signal", "aio-poll", "inotify", "ptrace", "proc-unhidden", "cgroup"];

export const capabilityChecks = (tell: (line: Line) => void): readonly Check[] => [
  {
    name: "`sexton doctor --json` finds what the kernel has, by its version",
    async play() {
      const of = await capabilitiesOf(await mainAgent());
      tell({ capabilities: { place: "service, root", of } });
      const lacking = always.filter((name) => of[name] !== true);
      hold(lacking.length === 0, () => `without ${lacking.join(", ")}`);
      const since = { "pidfd-credentials": kernelIsSince(6, 13), "pidfd-exit-status": kernelIsSince(6, 15) };
      for (const [name, expected] of Object.entries(since))
        hold(of[name] === expected, () => `${name} is ${of[name]}, expected ${expected}`);
      const there = Object.entries(of).filter(([, available]) => available === true);
      return `${there.length} of ${Object.keys(of).length}; exit status by pidfd ${of["pidfd-exit-status"]}`;
    },
  },
  {
    name: "the doctor finds no error on such a host",
    async play() {
      const { findings } = await (await mainAgent()).json("/doctor");
      const errors = (findings as Json[]).filter(({ severity }) => severity === "error");
      hold(errors.length === 0, () => errors.map(({ id, seen }) => `${id}: ${seen}`).join("; "));
      return (findings as Json[]).map(({ id, severity }) => `${severity} ${id}`).join(", ") || "no findings";
    },
  },
];
