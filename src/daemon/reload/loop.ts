import type { ReadContent } from "#daemon/content/read.ts";
import { createAlarm } from "#daemon/reload/alarm.ts";
import { createEars, listening } from "#daemon/reload/ears.ts";
import { createFaults } from "#daemon/reload/faults.ts";
import type { ReloadCommon } from "#daemon/reload/means.ts";
import { createReader } from "#daemon/reload/reader.ts";
import { rehearseReload, runReload } from "#daemon/reload/run.ts";
import { type Seen, watchStateOf } from "#daemon/reload/view.ts";
import { createWaiters } from "#daemon/reload/waiters.ts";
import { type ReloadAction, type ReloadInput, stepReload } from "#policy/reload.ts";
import { initialReloadState, type ReloadSettings } from "#policy/reload-state.ts";
import { splayOf } from "#policy/splay.ts";
import { shortHash } from "#process/config-hash.ts";
import type { ReloadRecord, RunReport, WatchSettings, WatchState } from "#process/reload.ts";
import type { TraceContext } from "#process/trace-context.ts";

export interface ReloadLoop {
  start(): void;
  /** Resolves when what runs has been told. */
  stop(): Promise<void>;
  /** False: the paths are others, which makes it another watch. */
  configure(settings: WatchSettings): boolean;
  settings(): WatchSettings;
  state(): WatchState;
  /** In a sentence, that it is dead; null: it lives. */
  problem(): string | null;
  request(trace: TraceContext | null): Promise<ReloadRecord>;
  /** What a reload would be, without one. */
  rehearse(): Promise<RunReport>;
  hold(forMs: number): void;
  release(): void;
  /** How often others have opened the files; null: the kernel does not tell. */
  opened(): (() => number) | null;
}

/** Beyond what the settings allow a reload. */
const longestRunMs = 60_000;
const targetMs = 1_000;
/** Nobody knows a process of the target: it is tried all the same each so many seconds. */
const vainTries = 10;
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
  let vain = 0;
  let run: { readonly since: number; readonly ended: Promise<void> } | null = null;
  let life: "new" | "running" | "stopped" = "new";
  const stopping = new AbortController();
  const faults = createFaults(settings.name, log);
  const waiters = createWaiters(common);
  const ears = createEars(settings.paths, means, faults, () => step({ kind: "notice" }));
  const reader = createReader({ ...means, paths: settings.paths, ears, faults, monotonic });
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
    else if (action && read) start(action, read);
  }

  /** Of interest with what was read, and while something waits. */
  function appStartedAt({ kind }: ReloadInput): number | null {
    // An address tells nothing about the process behind it.
    const isKnown = settings.http === null || settings.target !== null;
    if (!isKnown || (kind !== "content" && !(kind === "tick" && state.job))) return null;
    const startedAt = faults.guard("find when the app was started", () => means.startedAt(settings), null);
    return startedAt === null ? null : monotonic() - (clock() - startedAt);
  }

  /** Nothing is read, validated and refused each second for an app that is not there. */
  function isVain({ kind }: ReloadInput, startedAt: number | null): boolean {
    const isWaiting = kind === "tick" && state.job?.awaitsTarget && !state.notices && !state.requested;
    if (!isWaiting || settings.http || startedAt !== null) vain = 0;
    else vain = (vain + 1) % vainTries;
    return vain > 0;
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
    waiters.refuse(settings, seen.content, sentence);
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
    const about = {
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
    const ended = runReload(common, about).then(({ status, record }) => {
      run = null;
      for (const { resolve } of asked) resolve(record);
      const { id, detail } = record;
      if (status !== "no-target")
        log.info("reload ended", { watch: settings.name, id, reason, attempt, status, detail });
      step({ kind: "ended", status });
    });
    run = { since: monotonic(), ended };
  }

  function opened(): (() => number) | null {
    const watch = ears.watch();
    return watch?.mechanism() === "inotify" ? watch.opened : null;
  }

  function isRunOverdue(): boolean {
    if (!run) return false;
    const { proof, http } = settings;
    return monotonic() - run.since > proof.waitMs + 2 * (http?.timeoutMs ?? 0) + longestRunMs;
  }

  return {
    start() {
      if (life !== "new") return;
      life = "running";
      onRescan();
    },
    async stop() {
      life = "stopped";
      stopping.abort();
      alarm.set(null);
      rescan.set(null);
      ears.close();
      waiters.refuse(settings, seen.content, "Cannot reload: sexton stops, or the watch is no longer configured.");
      await run?.ended;
    },
    configure(next) {
      if (JSON.stringify(next.paths) !== JSON.stringify(settings.paths)) return false;
      const isOther = deedOf(next) !== deedOf(settings);
      const { rescanMs } = settings;
      settings = next;
      if (life !== "running") return true;
      if (rescanMs !== next.rescanMs) rescan.set(monotonic() + next.rescanMs);
      step({ kind: isOther ? "reconsider" : "tick" });
      return true;
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
      });
    },
    problem() {
      if (life !== "running") return null;
      const name = `watch ${settings.name}`;
      if (!ears.watch()) return `${name}: ${faults.of(listening)}`;
      if (isRunOverdue()) return `${name}: its reload does not end`;
      if (alarm.isOverdue() || rescan.isOverdue()) return `${name}: its loop has stopped`;
      const unread = reader.problem();
      return unread && `${name}: ${unread}`;
    },
    request(trace) {
      const answer = waiters.add(trace);
      if (life === "running") step({ kind: "request" });
      else waiters.refuse(settings, seen.content, "Cannot reload: the watch has stopped, or not begun.");
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
