import { describe, expect, test } from "bun:test";
import { type Json, startAgent } from "../support/binary.ts";
import { childOf, goOn } from "../support/child-of.ts";
import { createNamespace, namespaceProblem } from "../support/namespace.ts";
import { eventually } from "../support/poll.ts";
import { openStream } from "../support/stream.ts";

const skip = namespaceProblem !== null;
if (skip) console.warn(`Skipped test/system/fault-stop.test.ts: ${namespaceProblem}`);
const seconds = Number(process.env["STOP_SECONDS"] ?? 10);

describe.skipIf(skip)("SIGSTOP", () => {
  test(
    `for ${seconds} s, in a storm: what ended meanwhile is told, streams go on, readiness comes back at once`,
    async () => {
      const namespace = await createNamespace();
      await using _ = { [Symbol.asyncDispose]: namespace.close };
      const agent = await startAgent({ wrapper: namespace.enter });
      const pid = childOf(agent.pid);
      namespace.start(["sleep", "1501"]);
      await eventually("sleep 1501", async () =>
        ((await agent.json("/processes?name=sleep"))["processes"] as Json[]).some(
          ({ commandLine }) => commandLine === "sleep 1501",
        ),
      );
      const stream = await openStream(`${agent.url}/events`, "text/event-stream");
      process.kill(pid, "SIGSTOP");
      const waiting = fetch(`${agent.url}/readyz`);
      Bun.spawnSync([...namespace.enter, "pkill", "-KILL", "-f", "sleep 1501"]);
      const script = "n=0; while [ $n -lt 3000 ]; do (:); n=$((n+1)); done; sleep 1502 & wait";
      namespace.start(["sh", "-c", script]);
      await Bun.sleep(seconds * 1_000);
      process.kill(pid, "SIGCONT");
      expect((await waiting).status).toBe(200);
      await stream.waitFor("sleep 1502");
      const { events } = await agent.json("/events?types=process.*&limit=1000");
      const kinds = (command: string) =>
        (events as Json[]).filter(({ process }) => process?.commandLine === command).map(({ type }) => type);
      await eventually("the end", async () =>
        ((await agent.json("/events?types=process.exited"))["events"] as Json[]).some(
          ({ process }) => process?.commandLine === "sleep 1501",
        ),
      );
      expect(kinds("sleep 1502").length).toBeGreaterThan(0);
      expect(stream.closed()).toBe(false);
      stream.socket.destroy();
      expect((await agent.fetch("/livez")).status).toBe(200);
      goOn(agent.pid);
    },
    (seconds + 40) * 1_000,
  );
});
