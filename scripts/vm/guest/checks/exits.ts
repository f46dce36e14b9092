import { type Agent, mainAgent, startService } from "../agent.ts";
import { type Check, hold } from "../check.ts";
import { type Json, kernelIsSince, until } from "../tools.ts";

const children = 10;

/** Has a parent that collects at once start children that end with 7; what was told of their ends. */
async function endings(agent: Agent, mark: string): Promise<(number | null)[]> {
  const script = `i=0; while [ $i -lt ${children} ]; do sh -c 'sleep 0.3; exit 7' ${mark}; i=$((i+1)); done`;
  const parent = Bun.spawn(["/bin/sh", "-c", script], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  await parent.exited;
  const told = async () => {
    const { events } = await agent.json("/events?types=process.exited&limit=1000");
    return (events as Json[]).filter(({ process }) => {
      const command = String(process.commandLine);
      return command.endsWith(` ${mark}`) && !command.includes("while");
    });
  };
  await until("all ends", async () => (await told()).length >= children, 15).catch(() => {});
  const ours = await told();
  hold(ours.length === children, () => `${ours.length} of ${children} ends are told with their command lines`);
  return ours.map(({ data }) => data.exitCode as number | null);
}

const known = (codes: readonly (number | null)[]) => codes.filter((code) => code !== null).length;

function holdCodes(codes: readonly (number | null)[]): void {
  const wrong = codes.filter((code) => code !== null && code !== 7);
  hold(wrong.length === 0, () => `told ${wrong.join(", ")} of what ended with 7`);
  if (kernelIsSince(6, 15)) hold(known(codes) === codes.length, () => `${known(codes)} of ${codes.length} are known`);
}

/** Before Linux 6.15 nobody may know it, where the parent was quicker; then it has to be null and no guess. */
export const mayBeUnknown = ({ exitCode, signal }: Json) =>
  exitCode === null && signal === null && !kernelIsSince(6, 15);

export const exitChecks: readonly Check[] = [
  {
    name: "exit codes of another's children, which are collected at once",
    async play() {
      const codes = await endings(await mainAgent(), "mark-root");
      holdCodes(codes);
      return `${known(codes)} of ${codes.length} known, none wrong`;
    },
  },
  {
    name: "exit codes for a sexton without any right, as user 65534",
    async play() {
      const agent = await startService("sexton-nobody", ["User=65534", "Group=65534", "NoNewPrivileges=yes"]);
      try {
        const codes = await endings(agent, "mark-nobody");
        holdCodes(codes);
        if (!kernelIsSince(6, 15)) hold(known(codes) === 0, () => `${known(codes)} are known, by whom?`);
        const { status, body } = await agent.post(`/processes/${(await mainAgent()).pid}/signal`, { signal: "USR2" });
        hold(status === 403, () => `a signal to root's process: ${status} ${JSON.stringify(body)}`);
        return `${known(codes)} of ${codes.length} known, none wrong; a signal to root's process is ${body["kind"]}`;
      } finally {
        await agent.stop();
      }
    },
  },
  {
    name: "a crash is told with its signal",
    async play() {
      const agent = await mainAgent();
      const child = Bun.spawn(["/bin/sleep", "1043"], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
      await agent.event("process.*", ({ process }) => process?.pid === child.pid && /1043/.test(process.commandLine));
      const { body } = await agent.post(`/processes/${child.pid}/signal`, { signal: "SEGV", wait: "20s", force: true });
      hold(body["outcome"]?.status === "exited", () => JSON.stringify(body));
      const { data } = await agent.event("process.exited", ({ process }) => process.pid === child.pid);
      hold(data.signal === "SIGSEGV" || mayBeUnknown(data), () => JSON.stringify(data));
      return `outcome ${body["outcome"].status}, signal ${data.signal}`;
    },
  },
];
