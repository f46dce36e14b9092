import { startService } from "../agent.ts";
import { type Check, hold } from "../check.ts";
import { type Json, until } from "../tools.ts";

const findingsOf = async (agent: { json(path: string): Promise<Json> }) =>
  ((await agent.json("/doctor"))["findings"] as Json[]).map(({ id }) => id as string);

/** What people harden services with. */
export const hiddenChecks: readonly Check[] = [
  {
    name: "hidepid=invisible, by a unit's ProtectProc, is told in the log and by the doctor",
    async play() {
      const agent = await startService("sexton-hidden", ["User=65534", "Group=65534", "ProtectProc=invisible"]);
      try {
        const { count } = await agent.json("/processes");
        hold(count === 1, () => `${count} processes are listed, expected its own alone`);
        const findings = await findingsOf(agent);
        hold(findings.includes("processes-hidden"), () => `findings: ${findings.join(", ")}`);
        hold((await agent.log()).includes("/proc hides the processes of others"), () => "nothing of it in the log");
        return "1 process is listed, finding processes-hidden, and a warning in the journal";
      } finally {
        await agent.stop();
      }
    },
  },
  {
    name: "a unit's ProcSubset=pid: births are found by listing, and it is told",
    async play() {
      const agent = await startService("sexton-subset", ["ProcSubset=pid"]);
      try {
        const findings = await findingsOf(agent);
        hold(findings.includes("proc-incomplete"), () => `findings: ${findings.join(", ")}`);
        const child = Bun.spawn(["/bin/sleep", "1"], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
        await agent.event("process.exited", ({ process }) => process.pid === child.pid);
        return "finding proc-incomplete; births and ends are told all the same";
      } finally {
        await agent.stop();
      }
    },
  },
  {
    name: "a unit that forbids Linux AIO (SystemCallFilter=~@aio): ends come by a timer",
    async play() {
      const agent = await startService("sexton-aio", ["SystemCallFilter=~@aio", "SystemCallErrorNumber=EPERM"]);
      try {
        const { capabilities } = await agent.json("/doctor");
        const aio = (capabilities as Json[]).find(({ name }) => name === "aio-poll");
        hold(aio?.["available"] === false, () => JSON.stringify(aio));
        const child = Bun.spawn(["/bin/sleep", "1"], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
        await agent.event("process.exited", ({ process }) => process.pid === child.pid);
        return String(aio?.["detail"]);
      } finally {
        await agent.stop();
      }
    },
  },
  {
    name: "a unit that forbids just-in-time compilation (MemoryDenyWriteExecute): the reduced mode, and it is told",
    async play() {
      const agent = await startService("sexton-nojit", ["MemoryDenyWriteExecute=yes"]);
      try {
        const { capabilities } = await agent.json("/doctor");
        const ffi = (capabilities as Json[]).find(({ name }) => name === "ffi");
        hold(ffi?.["available"] === false, () => JSON.stringify(ffi));
        hold(/reduced/i.test(await agent.log()), () => "nothing of it in the log");
        const child = Bun.spawn(["/bin/sleep", "1047"], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
        await until("the child", async () => (await agent.json("/processes?name=sleep"))["processes"].length > 0);
        const sent = await agent.post(`/processes/${child.pid}/signal`, { signal: "TERM", wait: "20s" });
        hold(sent.body["outcome"]?.status === "exited", () => JSON.stringify(sent));
        return `${ffi?.["detail"]}; a signal by pid has ended its process`;
      } finally {
        await agent.stop();
      }
    },
  },
];
