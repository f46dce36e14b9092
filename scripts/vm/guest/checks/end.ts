import type { Line } from "../../result.ts";
import { mainAgent } from "../agent.ts";
import { type Check, hold } from "../check.ts";
import { attempt, readOrNull, run } from "../tools.ts";

/** After all that was done to it. */
export const endChecks = (tell: (line: Line) => void): readonly Check[] => [
  {
    name: "sexton has logged no error",
    async play() {
      const agent = await mainAgent();
      const errors = (await agent.log()).split("\n").filter((line) => /level=error|panic|Segmentation/.test(line));
      hold(errors.length === 0, () => errors.join("; "));
      const memory = Number(await run("systemctl", "show", "--value", "-p", "MemoryCurrent", agent.unit));
      const status = readOrNull(`/proc/${agent.pid}/status`) ?? "";
      const resident = /^RssAnon:\s+(\d+)/m.exec(status)?.[1];
      const found = `${Math.round(Number(resident) / 1024)} MiB of its own, ${Math.round(memory / 2 ** 20)} MiB in its cgroup`;
      tell({ note: `memory: ${found}` });
      return found;
    },
  },
  {
    name: "systemctl stop ends it with 0",
    async play() {
      const agent = await mainAgent();
      const startedAt = performance.now();
      await attempt(["systemctl", "stop", agent.unit]);
      const seconds = (performance.now() - startedAt) / 1000;
      const result = (readOrNull(`/run/${agent.unit}.result`) ?? "nothing").trim();
      hold(result === "success exited 0", () => `${result}, after ${seconds.toFixed(1)} s`);
      return `${result}, after ${seconds.toFixed(1)} s`;
    },
  },
  {
    name: "the kernel has nothing to say about it",
    async play() {
      const said = (await run("dmesg", "--level=emerg,alert,crit,err")).split("\n").filter(Boolean);
      const about = said.filter((line) => /sexton|segfault|BUG|oops/i.test(line));
      hold(about.length === 0, () => about.join("; "));
      return `${said.length} lines of errors, none about sexton`;
    },
  },
];
