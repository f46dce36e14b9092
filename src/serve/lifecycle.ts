import { systemClock } from "#base/clock.ts";
import type { Log } from "#base/log.ts";
import type { Config } from "#config/schema.ts";
import type { Agent } from "#daemon/agent.ts";
import type { Bus } from "#daemon/bus.ts";
import { createHooks } from "#daemon/hooks/hooks.ts";
import type { Observer } from "#daemon/observer.ts";
import { followApps } from "#daemon/shutdown/app-end.ts";
import { createApps } from "#daemon/shutdown/apps.ts";
import { type Waited, waitForApps } from "#daemon/shutdown/wait.ts";
import type { Hooks } from "#process/hook.ts";
import { type Leave, type Pod, restartExitCode } from "#process/leave.ts";
import type { Reloads } from "#process/reload.ts";
import type { Surroundings } from "#process/table.ts";

interface Means {
  readonly bus: Bus;
  readonly log: Log;
  readonly agent: Agent;
  readonly reloads: Reloads;
  readonly observer: Observer;
  readonly surroundings: Surroundings;
  /** In force. */
  readonly config: () => Config;
  readonly stopping: AbortSignal;
}

export interface Lifecycle {
  readonly hooks: Hooks;
  readonly pod: Pod;
  /** Resolves when sexton is to end of its own accord. */
  readonly leaving: Promise<Leave>;
  start(): void;
  /** What is to be waited for before sexton stops; null: nothing was. */
  wait(leave: Leave): Promise<Waited | null>;
  stopWithinMs(leave: Leave): number;
  stop(): void;
}

/** A stop takes no longer than this, however telemetry's collector is. */
const stopWithinMs = 5_000;
/** In a pod: the kubelet's TERM may come when the grace period is over, and KILL 2 s later (KEP-753). */
const podStopWithinMs = 1_800;

/** How sexton ends, and what others may have done before that. */
export function createLifecycle(means: Means): Lifecycle {
  const { bus, log, agent, reloads, observer, surroundings, config, stopping } = means;
  const { promise: leaving, resolve: leave } = Promise.withResolvers<Leave>();
  const apps = createApps(observer, surroundings, () => config().targetContainer);
  let following: { stop(): void } | null = null;
  return {
    hooks: createHooks({
      clock: systemClock,
      monotonic: () => performance.now(),
      agent,
      reloads,
      bus,
      stopping,
      settings: () => config().hooks,
      fault: (cause) => log.error("a hook failed", { cause: String(cause) }),
    }),
    pod: {
      isInit: surroundings.command != null,
      mayRestart: () => config().pod.restart,
      restart: (caller) => leave({ reason: "pod-restart", exitCode: restartExitCode, caller }),
    },
    leaving,
    start() {
      following = followApps({
        bus,
        apps,
        isWanted: () => config().shutdown.exitWithApp,
        onEnd: () => leave({ reason: "app-exited", exitCode: 0, caller: null }),
      });
      const { hooks, probes } = config();
      if (probes && Object.keys(hooks).length > 0)
        log.info("whoever reaches the probes' listener may call hooks", { hooks: Object.keys(hooks) });
    },
    wait: async ({ reason }) =>
      reason === "SIGTERM" ? waitForApps({ apps, reloads, log }, config().shutdown.delay) : null,
    stopWithinMs({ reason }) {
      const isInPod = !surroundings.initialNamespace && surroundings.selfPid !== 1;
      return isInPod && reason !== "SIGINT" ? podStopWithinMs : stopWithinMs;
    },
    stop: () => following?.stop(),
  };
}
