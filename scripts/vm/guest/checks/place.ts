import { readFileSync } from "node:fs";
import { mainAgent } from "../agent.ts";
import { type Check, hold } from "../check.ts";
import { cgroupOf, initName } from "../facts.ts";
import type { Json } from "../tools.ts";

/** That it is the machine that it is meant to be, and that sexton finds its way on it. */
export const placeChecks: readonly Check[] = [
  {
    name: "the host has systemd and pure cgroup v2",
    async play() {
      const cgroup = cgroupOf(readFileSync("/proc/self/mountinfo", "utf8"));
      hold(initName() === "systemd" && cgroup === "pure v2", () => `pid 1 is ${initName()}, cgroup ${cgroup}`);
      return `pid 1 is systemd, controllers ${readFileSync("/sys/fs/cgroup/cgroup.controllers", "utf8").trim()}`;
    },
  },
  {
    name: "sexton serves as a service of systemd's, and lists every process",
    async play() {
      const agent = await mainAgent();
      const { processes } = await agent.json("/processes");
      const of = (pid: number) => (processes as Json[]).find((process) => process["pid"] === pid);
      hold(of(1)?.["name"] === "systemd", () => `pid 1 is listed as ${JSON.stringify(of(1))}`);
      hold(of(agent.pid)?.["role"] === "self", () => `sexton's role is ${of(agent.pid)?.["role"]}`);
      const contained = (processes as Json[]).filter(({ container }) => container !== null);
      hold(contained.length === 0, () => `services are taken for containers: ${JSON.stringify(contained[0])}`);
      return `${processes.length} processes, none of them in a container`;
    },
  },
  {
    name: "`sexton ps` prints them",
    async play() {
      const { code, out, err } = await (await mainAgent()).command("ps");
      hold(code === 0 && /^ *1 .*systemd|\/sbin\/init/m.test(out), () => `exit code ${code}: ${err || out}`);
      return `${out.trim().split("\n").length - 1} lines`;
    },
  },
  {
    name: "systemd is not signalled, not even when it is forced",
    async play() {
      const { status, body } = await (await mainAgent()).post("/processes/1/signal", { signal: "TERM", force: true });
      hold(status === 403 && body["kind"] === "protected-process", () => `${status} ${JSON.stringify(body)}`);
      return String(body["detail"]);
    },
  },
];
