import type { Clock } from "#base/clock.ts";
import { alike } from "#base/closest.ts";
import { type Problem, problem } from "#base/errors.ts";
import { type Acted, type ActMeans, act } from "#daemon/hooks/act.ts";
import type { HookCall, HookSettings, Hooks } from "#process/hook.ts";

export interface HookMeans extends ActMeans {
  readonly clock: Clock;
  /** By name, as they are configured now. */
  readonly settings: () => Readonly<Record<string, HookSettings>>;
  readonly fault: (cause: unknown) => void;
}

interface Run {
  /** What it was begun by: another configuration is another hook. */
  readonly key: string;
  readonly startedAt: number;
  calls: number;
  /** Null: it has not ended. */
  endedAt: number | null;
  readonly acted: Promise<Acted>;
}

/**
 * Each runs once for all who call while it runs, and for a while after its end: a preStop may be called by several
 * containers of a pod, and again after a kubelet's restart.
 */
export function createHooks(means: HookMeans): Hooks {
  const { clock, bus, settings, stopping } = means;
  const runs = new Map<string, Run>();

  return {
    async call(name, call) {
      const hooks = settings();
      const hook = Object.hasOwn(hooks, name) ? hooks[name] : undefined;
      if (!hook) return unknownHook(name, Object.keys(hooks));
      const run = current(name, hook) ?? begin(name, hook, call);
      run.calls++;
      const acted = await run.acted;
      return { hook: name, ...acted, startedAt: run.startedAt, endedAt: run.endedAt ?? clock(), calls: run.calls };
    },
  };

  function current(name: string, hook: HookSettings): Run | null {
    const run = runs.get(name);
    if (run?.key !== keyOf(hook)) return null;
    return run.endedAt === null || clock() - run.endedAt < hook.keepMs ? run : null;
  }

  function begin(name: string, hook: HookSettings, call: HookCall): Run {
    const data = { hook: name, action: hook.action.kind, caller: call.caller };
    const id = bus.emit({ type: "hook.started", data, trace: call.trace });
    const run: Run = { key: keyOf(hook), startedAt: clock(), calls: 0, endedAt: null, acted: perform(hook, call, id) };
    runs.set(name, run);
    void run.acted.then((acted) => {
      run.endedAt = clock();
      tellEnd(name, run, acted, id);
    });
    return run;
  }

  async function perform({ delayMs, action }: HookSettings, call: HookCall, id: number): Promise<Acted> {
    try {
      if (delayMs > 0) await sleep(delayMs, stopping);
      if (stopping.aborted) return { isDone: false, detail: "sexton is stopping", because: "unavailable" };
      return await act(means, action, call, id);
    } catch (cause) {
      means.fault(cause);
      return { isDone: false, detail: "an internal error, which is in the log", because: "internal" };
    }
  }

  function tellEnd(hook: string, { startedAt, endedAt, calls }: Run, acted: Acted, cause: number): void {
    const { isDone, detail, because } = acted;
    const durationSeconds = ((endedAt ?? startedAt) - startedAt) / 1000;
    const data = { hook, status: isDone ? "done" : "failed", detail, kind: because, durationSeconds, calls };
    bus.emit({ type: "hook.ended", data, cause });
  }
}

function keyOf(hook: HookSettings): string {
  return JSON.stringify(hook);
}

function unknownHook(name: string, hooks: readonly string[]): Problem {
  const what = `Cannot run hook "${name.slice(0, 80)}": there is no such hook`;
  const nearest = alike(name, hooks);
  if (hooks.length === 0)
    return problem("not-found", `${what}, and none is configured. Configure one with "hooks:".`, { hooks, nearest });
  const hint = nearest === null ? "" : ` Did you mean "${nearest}"?`;
  return problem("not-found", `${what}.${hint} The hooks are ${hooks.join(", ")}.`, { hooks, nearest });
}

function sleep(ms: number, abort: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const giveUp = () => {
    clearTimeout(timer);
    resolve();
  };
  abort.addEventListener("abort", giveUp, { once: true });
  if (abort.aborted) giveUp();
  return promise.finally(() => abort.removeEventListener("abort", giveUp));
}
