import { problem } from "#base/errors.ts";
import type { ReadContent } from "#daemon/content/read.ts";
import { createAddressee } from "#daemon/reload/addressee.ts";
import { createAlarm } from "#daemon/reload/alarm.ts";
import { createEars, listening } from "#daemon/reload/ears.ts";
import { createFaults } from "#daemon/reload/faults.ts";
import type { ReloadCommon } from "#daemon/reload/means.ts";
import { createReader } from "#daemon/reload/reader.ts";
import { rehearseReload, stopped } from "#daemon/reload/run.ts";
import { createRunner } from "#daemon/reload/runner.ts";
import { type Seen, watchStateOf } from "#daemon/reload/view.ts";
import { createWaiters, type Ran } from "#daemon/reload/waiters.ts";
import { type ReloadAction, type ReloadInput, stepReload } from "#policy/reload.ts";
import { initialReloadState, type ReloadSettings } from "#policy/reload-state.ts";
import { splayOf } from "#policy/splay.ts";
import { shortHash } from "#process/config-hash.ts";
import type { RunReport, WatchSettings, WatchState } from "#process/reload.ts";
import type { TraceContext } from "#process/trace-context.ts";

export interface ReloadLoop {
  start(): void;
  /** Resolves when what runs has been told. */
  stop(): Promise<void>;
  /** Of the same paths; the name may be another one. */
  configure(settings: WatchSettings): void;
  settings(): WatchSettings;
  state(): WatchState;
  /** In a sentence, that it is dead; null: it lives. */
  problem(): string | null;
  request(trace: TraceContext | null): Promise<Ran>;
  /** What a reload would be, without one. */
  rehearse(): Promise<RunReport>;
  hold(forMs: number): void;
  release(): void;
  /** How often others have opened the files; null: the kernel does not tell. */
  opened(): (() => number) | null;
}

const targetMs = 1_000;
const deciding = "decide about a reload";
const faultMs = 5_000;

/** One watch: does what the policy says, when it says so. */
export function createReloadLoop(initial: WatchSettings, common: ReloadCommon): ReloadLoop {
  const { means, records, monotonic } = common;
  const { bus, log, clock } = means;
  let settings = initial;
  let state = initialReloadState;
  let seen: Seen = { content: null, changedAt: null, changes: 0 };
  let changeEvent: number | null = null;
  let subPath: string | null = null;
  let life: "new" | "running" | "stopped" = "new";
  const stopping = new AbortController();
  const faults = createFaults(() => settings.name, log);
  const waiters = createWaiters(common);
  const ears = createEars(settings.paths, means, faults, () => step({ kind: "notice" }));
  const reader = createReader({ ...means, paths: settings.paths, ears, faults, monotonic });
  const addressee = createAddressee({ ...means, settings: () => settings, faults, monotonic });
  const runner = createRunner(common, (status) => step({ kind: "ended", status }));
  const alarm = createAlarm(monotonic, () => step({ kind: "tick" }));
  const rescan = createAlarm(monotonic, onRescan);

  function onRescan(): void {
    rescan.set(monotonic() + settings.rescanMs);
    ears.open();
    subPath = faults.guard("look for subPath mounts", () => means.findSubPath(settings.paths), null);
    step({ kind: "rescan" });
  }

  /** `read` is what a content input is of. Called by timers and watches, where nobody would catch what it threw. */
  function step(input: ReloadInput, read: ReadContent | null = null): void {
    if (life !== "running") return;
    try {
      stepOn(input, read);
      faults.clear(deciding);
    } catch (cause) {
      faults.add(deciding, cause);
      alarm.set(monotonic() + faultMs);
    }
  }

  function stepOn(input: ReloadInput, read: ReadContent | null): void {
    const now = monotonic();
    const startedAt = appStartedAt(input);
    if (isVain(input, startedAt)) {
      alarm.set(now + targetMs);
      return;
    }
    const before = state;
    const { state: next, action, changed, wakeAt } = stepReload(state, input, policySettings(), { now, startedAt });
    state = next;
    if (changed && read) faults.guard("register the change", () => tellChange(read), undefined);
    if (before.job && !next.job && !next.running && next.applied === next.content?.hash && input.kind === "tick")
      log.info("no reload: the app has started since and has read what there is", { watch: settings.name });
    alarm.set(wakeAt);
    if (action?.kind === "read") reader.start(take, miss);
    else if (action?.kind === "supersede") runner.supersede();
    else if (action && read) start(action, read);
  }

  /** Of interest with what was read, and while something waits. */
  function appStartedAt({ kind }: ReloadInput): number | null {
    return kind === "content" || (kind === "tick" && state.job) ? addressee.startedAt() : null;
  }

  function isVain({ kind }: ReloadInput, startedAt: number | null): boolean {
    const isWaiting = kind === "tick" && state.job?.awaitsTarget && !state.notices && !state.requested;
    return addressee.isVain(!isWaiting || settings.http !== null || startedAt !== null);
  }

  function policySettings(): ReloadSettings {
    return { ...settings, delayMs: splayOf(means.podName, settings.name, settings.splayMs) };
  }

  function take(read: ReadContent): void {
    const { hash, generation, changedAt } = read.content;
    if (life === "running") seen = { ...seen, content: read.content };
    const changed = changedAt === null ? null : monotonic() - (clock() - changedAt);
    step({ kind: "content", hash, version: JSON.stringify([generation, changedAt]), changedAt: changed }, read);
  }

  function miss(sentence: string): void {
    waiters.refuse(settings, seen.content, problem("unavailable", sentence));
    step({ kind: "unread" });
  }

  function tellChange({ content: { hash, generation, files } }: ReadContent): void {
    seen = { ...seen, changedAt: clock(), changes: seen.changes + 1 };
    const data = { watch: settings.name, path: settings.paths[0], hash: shortHash(hash), generation, files };
    changeEvent = bus.emit({ type: "config.changed", data });
    log.info("configuration changed", data);
  }

  function start({ reason, attempt }: Extract<ReloadAction, { kind: "start" }>, read: ReadContent): void {
    const asked = reason === "request" ? waiters.take() : [];
    const run = {
      watch: settings,
      read,
      reason,
      attempt,
      cause: reason === "request" && state.applied === read.content.hash ? null : changeEvent,
      trace: asked[0]?.trace ?? null,
      opened: opened(),
      faults,
      abort: stopping.signal,
    };
    runner.start(run, asked);
  }

  function opened(): (() => number) | null {
    const watch = ears.watch();
    return watch?.mechanism() === "inotify" ? watch.opened : null;
  }

  return {
    start() {
      if (life !== "new") return;
      life = "running";
      addressee.start();
      onRescan();
    },
    async stop() {
      life = "stopped";
      stopping.abort();
      alarm.set(null);
      rescan.set(null);
      addressee.stop();
      ears.close();
      waiters.refuse(settings, seen.content, stopped);
      await runner.ended();
    },
    configure(next) {
      const isOther = deedOf(next) !== deedOf(settings);
      const { rescanMs, target } = settings;
      settings = next;
      if (life !== "running") return;
      if (target !== next.target) addressee.renew();
      if (rescanMs !== next.rescanMs) rescan.set(monotonic() + next.rescanMs);
      step({ kind: isOther ? "reconsider" : "tick" });
    },
    settings: () => settings,
    state() {
      const oldWorkers = faults.guard("count old workers", () => means.oldWorkers(settings), 0);
      const watch = ears.watch();
      return watchStateOf(settings, state, seen, {
        policy: policySettings(),
        now: monotonic(),
        wall: clock(),
        last: records.last(settings.name),
        mechanism: watch?.mechanism() ?? "poll",
        problem: faults.sentence() ?? subPath ?? seen.content?.problem ?? watch?.problem() ?? null,
        errors: faults.count() + (watch?.errors() ?? 0),
        oldWorkers,
        targetProblem: life === "running" ? addressee.problem() : null,
      });
    },
    problem() {
      if (life !== "running") return null;
      const name = `watch ${settings.name}`;
      if (!ears.watch()) return `${name}: ${faults.of(listening)}`;
      if (runner.isOverdue()) return `${name}: its reload does not end`;
      if (alarm.isOverdue() || rescan.isOverdue()) return `${name}: its loop has stopped`;
      const unread = reader.problem();
      return unread && `${name}: ${unread}`;
    },
    request(trace) {
      const answer = waiters.add(trace);
      if (life === "running") step({ kind: "request" });
      else waiters.refuse(settings, seen.content, stopped);
      return answer;
    },
    rehearse: () => rehearseReload(common, settings, reader.read(), seen.content, stopping.signal),
    hold: (forMs) => step({ kind: "hold", until: monotonic() + forMs }),
    release: () => step({ kind: "release" }),
    opened,
  };
}

/** What decides whether a reload of the same content may end in another way. */
function deedOf({ target, verb, validate, http, proof, retry }: WatchSettings): string {
  return JSON.stringify([target, verb, validate, http, proof, retry.on]);
}
