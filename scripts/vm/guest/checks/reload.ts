import { renameSync, writeFileSync } from "node:fs";
import { mainAgent } from "../agent.ts";
import { type Check, hold } from "../check.ts";
import { type Json, run, until } from "../tools.ts";

async function workers(master: number): Promise<string> {
  const { processes } = await (await mainAgent()).json("/processes?name=nginx");
  return (processes as Json[])
    .filter(({ ppid }) => ppid === master)
    .map(({ id }) => id)
    .join();
}

async function master(): Promise<number> {
  const { targets } = await (await mainAgent()).json("/signal");
  return (targets as Json[]).find(({ name }) => name === "nginx")?.["pid"] as number;
}

/** As a deployment does it: beside it, and then in its place. */
function writeConfig(text: string): void {
  writeFileSync("/etc/nginx/.fresh", text);
  renameSync("/etc/nginx/.fresh", "/etc/nginx/conf.d/played.conf");
}

export const reloadChecks: readonly Check[] = [
  {
    name: "nginx.service reloads by a signal, with its new workers as the proof",
    async play() {
      await run("systemctl", "start", "nginx");
      const agent = await mainAgent();
      await until("the target nginx", master);
      const { status, body } = await agent.post("/signal/reload", { target: "nginx", wait: "30s" });
      hold(status === 200 && body["outcome"]?.status === "confirmed", () => `${status} ${JSON.stringify(body)}`);
      const [proof] = body["outcome"].evidence as Json[];
      hold(proof?.["kind"] === "workers-replaced", () => JSON.stringify(proof));
      return `${body["signal"]} to ${body["pid"]}: ${proof?.["detail"]}, after ${body["outcome"].afterSeconds} s`;
    },
  },
  {
    name: "a changed file is noticed, and nginx reloaded with proof",
    async play() {
      const agent = await mainAgent();
      const pid = await master();
      const before = await workers(pid);
      const { newestId } = await agent.json("/events?limit=1");
      writeConfig("server { listen 127.0.0.1:8081; return 200 played; }\n");
      const confirmed = await agent.event("reload.confirmed", ({ id }) => id > newestId);
      hold((await workers(pid)) !== before, () => "its workers are the old ones");
      const answer = await (await fetch("http://127.0.0.1:8081/")).text();
      hold(answer === "played", () => `nginx answers ${answer}`);
      return JSON.stringify(confirmed["data"].evidence ?? confirmed["data"]);
    },
  },
  {
    name: "a file that nginx refuses is a reload that is not confirmed",
    async play() {
      const agent = await mainAgent();
      const { newestId } = await agent.json("/events?limit=1");
      writeConfig("no_such_directive;\n");
      const told = await agent.event(
        "reload.*,config.rejected",
        ({ id, type }) => id > newestId && type !== "reload.started" && type !== "reload.requested",
      );
      hold(told["type"] !== "reload.confirmed", () => JSON.stringify(told["data"]));
      writeConfig("\n");
      return `${told["type"]}`;
    },
  },
];
