import { mainAgent } from "../agent.ts";
import { type Check, hold } from "../check.ts";
import { type Json, stateOf, until } from "../tools.ts";

/** Parents that sleep and never wait, with some zombies; each blocks in a call of another kind. */
const parents = {
  "a C program in nanosleep": ["/bin/sh", "-c", "for i in 1 2 3; do sh -c 'sleep 0.2; exit 3' & done; exec sleep 1044"],
  "python in select": [
    "/usr/bin/python3",
    "-c",
    "import os, time, select\nfor i in range(3):\n  if os.fork() == 0: time.sleep(0.2); os._exit(3)\nselect.select([], [], [], 1045)",
  ],
};

export const zombieChecks: readonly Check[] = Object.entries(parents).map(([kind, command]) => ({
  name: `the zombies of ${kind} are told and adopted, and it goes on`,
  async play() {
    const agent = await mainAgent();
    const parent = Bun.spawn(command, { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
    try {
      const mine = async () =>
        ((await agent.json("/zombies"))["zombies"] as Json[]).filter((zombie) => zombie["parent"]?.pid === parent.pid);
      const zombies = await until("three zombies", async () => {
        const found = await mine();
        return found.length === 3 ? found : null;
      });
      const codes = zombies.map(({ exitCode }) => exitCode);
      hold(
        codes.every((code) => code === 3),
        () => `exit codes ${codes.join(", ")}, expected 3`,
      );
      const pids = zombies.map(({ pid }) => pid as number);
      const { status, body } = await agent.post("/zombies/reap", { strategy: "adopt", pids, minAgeSeconds: 0 });
      hold(status === 200 && body["reaped"] === 3, () => `${status} ${JSON.stringify(body)}`);
      hold((await mine()).length === 0 && pids.every((pid) => stateOf(pid) === null), () => "some are still there");
      hold(stateOf(parent.pid) === "S", () => `its state is ${stateOf(parent.pid)}`);
      return "3 of 3, and it sleeps on";
    } finally {
      parent.kill("SIGKILL");
    }
  },
}));
