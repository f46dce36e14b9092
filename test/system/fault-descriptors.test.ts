import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { type Agent, type Json, startAgent } from "../support/binary.ts";
import { childOf } from "../support/child-of.ts";
import { createNamespace, type Namespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/fault-descriptors.test.ts: ${namespaceProblem}`);

describe.skipIf(skip)("no file descriptor is left", () => {
  let namespace: Namespace;
  beforeEach(async () => {
    namespace = await createNamespace();
  });
  afterEach(() => namespace.close());
  /** How many it has open; nsenter stands in front of it. */
  const openOf = ({ pid }: Agent) => readdirSync(`/proc/${childOf(pid)}/fd`).length;
  const limited = (limit: number) =>
    startAgent({ wrapper: [...namespace.enter, "sh", "-c", `ulimit -n ${limit}; exec "$@"`, "sh"] });

  test("connections, pidfds and reads of /proc all want one: births are told, answers come back, nothing stays open", async () => {
    const agent = await limited(200);
    const before = await eventually("it to settle", async () => {
      const first = openOf(agent);
      await (await agent.fetch("/processes")).text();
      await Bun.sleep(300);
      return openOf(agent) === first ? first : null;
    });
    const { hostname, port } = new URL(agent.url);
    const held: Socket[] = [];
    for (let left = 400; left > 0; left--) {
      const socket = connect(Number(port), hostname);
      socket.on("error", () => {});
      held.push(socket);
    }
    await eventually("all descriptors to be taken", () => openOf(agent) >= 195);
    // Born while nothing can be opened.
    const crowd = namespace.start([
      "sh",
      "-c",
      "i=0; while [ $i -lt 60 ]; do sleep 1401 & i=$((i+1)); done; echo; wait",
    ]);
    const end = namespace.start(["sleep", "0.2"]);
    await end.exited;
    expect(openOf(agent)).toBeLessThanOrEqual(200);
    for (const socket of held) socket.destroy();

    const sleepers = await eventually("all sixty", async () => {
      const answer = await agent.fetch("/processes?name=sleep").catch(() => null);
      const { processes = [] } = ((await answer?.json()) ?? {}) as Json;
      const found = (processes as Json[]).filter(({ commandLine }) => commandLine === "sleep 1401");
      return found.length === 60 ? found : null;
    });
    const victim = sleepers[0]?.["pid"];
    await agent.post(`/processes/${victim}/signal?wait=0`, { body: "TERM" });
    await eventually("its end", async () =>
      ((await agent.json("/events?types=process.exited"))["events"] as Json[]).some(
        ({ process }) => process?.pid === victim,
      ),
    );
    crowd.kill("SIGKILL");
    Bun.spawnSync([...namespace.enter, "pkill", "-KILL", "-x", "sleep"]);
    await eventually("the sixty to be gone", async () => {
      const { processes } = await agent.json("/processes?name=sleep");
      return !(processes as Json[]).some(({ commandLine }) => commandLine === "sleep 1401");
    });
    expect((await agent.fetch("/readyz")).status).toBe(200);
    // A connection of this test's own is kept alive, and pid 1 has a new sleep.
    await eventually("what was open before, and no more", () => openOf(agent) <= before + 6);
  });
});
