import { isProblem } from "#base/errors.ts";
import { type AgentOptions, createAgent, type SignalRequest } from "#daemon/agent.ts";
import { createBus } from "#daemon/bus.ts";
import { createCauses } from "#daemon/causes.ts";
import { createWatch } from "#daemon/watch/watch.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { TargetRule } from "#policy/target-rule.ts";
import type { RegisterEvent } from "#process/event.ts";
import { agentSettings } from "./agent-settings.ts";
import { eventually } from "./poll.ts";

/** An agent over this machine's own processes, with the watcher that it has in production. */
export function reloadingAgent(targets: Readonly<Record<string, TargetRule>> = {}, opensOf?: AgentOptions["opensOf"]) {
  const bus = createBus(Date.now);
  const events: RegisterEvent[] = [];
  bus.listen((event) => void events.push(event));
  const causes = createCauses();
  const root = procRoot();
  const { observer, watcher } = createWatch({ root, clock: Date.now, bus, causes, tickMs: 20 });
  watcher.start();
  const settings = { ...agentSettings, targets };
  const agent = createAgent(root, Date.now, settings, {
    bus,
    causes,
    observer,
    catchUp: watcher.catchUp,
    ...(opensOf && { opensOf }),
  });
  return {
    agent,
    bus,
    events,
    root,
    reload: (pid: number, more: Partial<SignalRequest> = {}) =>
      agent.signal({
        verb: "reload",
        process: { pid, startTicks: null },
        force: false,
        dryRun: false,
        waitMs: null,
        abort: new AbortController().signal,
        ...more,
      }),
    /** The event that tells how the reload of this process ended. */
    ended: (pid: number) =>
      eventually("the end of the reload", () =>
        events.find((event) => event.process?.pid === pid && /^reload\.[^s]/.test(event.type)),
      ),
    /** Until the watcher knows it. */
    waitForTarget: (target: string) => eventually(`target ${target}`, () => !isProblem(agent.knownTarget({ target }))),
    sentTo: (pid: number) => events.some(({ type, process }) => type === "signal.sent" && process?.pid === pid),
    async stop() {
      await agent.stop();
      watcher.stop();
    },
  };
}

export type ReloadingAgent = ReturnType<typeof reloadingAgent>;
