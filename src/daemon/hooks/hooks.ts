import type { Clock } from "#base/clock.ts";
import { alike } from "#base/closest.ts";
import { type Problem, problem } from "#base/errors.ts";
import { type Acted, type ActMeans, act } from "#daemon/hooks/act.ts";
import type { HookCall, HookSettings, Hooks } from "#process/hook.ts";

export interface HookMeans extends ActMeans {
  readonly clock: Clock;
  /** Nobody sets it. */
  readonly monotonic: Clock;
  /** By name, as they are configured now. */
  readonly settings: () => Readonly<Record<string, HookSettings>>;
  readonly fault: (cause: unknown) => void;
}

interface Run {
  /** What it was begun by: another configuration is another hook. */
  readonly key: string;
  readonly startedAt: number;
  calls: number;
  readonly begunAt: number;
  /** By the wall clock, for who asks; null: it has not ended. */
  endedAt: number | null;
  /** The end by the clock that nobody sets. */
  doneAt: number;
  readonly acted: Promise<Acted>;
}

/**
 * Each runs once for all who call while it runs, and for a while after its end: a preStop may be called by several
 * containers of a pod, and again after a kubelet's restart.
 */
export function createHooks(means: HookMeans): Hooks {
  const { clock, monotonic, bus, settings, stopping } = means;
  const runs = new Map<string, Run>();

  return {
    async call(name, call) {
      const hooks = settings();
      const hook = Object.hasOwn(hooks, name) ? hooks[name] : undefined;
      if (!hook) return unknownHook(name, Object.keys(hooks));
      const run = current(name, hook) ?? begin(name, hook, call);
      run.calls++;
      const acted = await run.acted;
      const { startedAt, endedAt, calls } = run;
      return { hook: name, ...acted, startedAt, endedAt: endedAt ?? clock(), durationMs: durationOf(run), calls };
    },
  };

  function current(name: string, hook: HookSettings): Run | null {
    const run = runs.get(name);
    if (run?.key !== keyOf(hook)) return null;
    return run.endedAt === null || monotonic() - run.doneAt < hook.keepMs ? run : null;
  }

  function begin(name: string, hook: HookSettings, call: HookCall): Run {
    const data = { hook: name, action: hook.action.kind, caller: call.caller };
    const id = bus.emit({ type: "hook.started", data, trace: call.trace });
    const [startedAt, begunAt] = [clock(), monotonic()];
    const acted = perform(hook, call, id);
    const run: Run = { key: keyOf(hook), startedAt, begunAt, calls: 0, endedAt: null, doneAt: begunAt, acted };
    runs.set(name, run);
    void acted.then((how) => {
      run.endedAt = clock();
      run.doneAt = monotonic();
      tellEnd(name, run, how, id);
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

  function tellEnd(hook: string, run: Run, acted: Acted, cause: number): void {
    const { isDone, detail, because } = acted;
    const [durationSeconds, calls] = [durationOf(run) / 1000, run.calls];
    const data = { hook, status: isDone ? "done" : "failed", detail, kind: because, durationSeconds, calls };
    bus.emit({ type: "hook.ended", data, cause });
  }
}

function durationOf({ begunAt, doneAt }: Run): number {
  return Math.round(doneAt - begunAt);
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
