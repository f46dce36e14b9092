import type { Problem } from "#base/errors.ts";
import type { Content, Pending, ReloadRecord, Reloads, RunReport, WatchSettings, WatchState } from "#process/reload.ts";

/** A watch's settings with everything at its default. */
export function watchSettings(more: Partial<WatchSettings> = {}): WatchSettings {
  return {
    name: "nginx",
    paths: ["/etc/nginx/conf.d"],
    target: null,
    verb: "reload",
    settleMs: 1_000,
    settleMostMs: 10_000,
    rescanMs: 60_000,
    minSpacingMs: 0,
    splayMs: 0,
    validate: null,
    http: null,
    proof: { waitMs: 2_000, http: null },
    retry: { on: "failed", leastMs: 1_000, mostMs: 60_000 },
    ...more,
  };
}

export function contentOf(more: Partial<Content> = {}): Content {
  const hash = "0123456789abcdef".repeat(4);
  return { hash, files: 2, bytes: 300, generation: null, changedAt: 1_000, problem: null, ...more };
}

export function recordOf(more: Partial<ReloadRecord> = {}): ReloadRecord {
  return {
    id: 1,
    watch: "nginx",
    reason: "change",
    hash: contentOf().hash,
    generation: null,
    attempt: 1,
    startedAt: 2_000,
    endedAt: 2_250,
    status: "confirmed",
    evidence: [{ kind: "workers-replaced", detail: "2 started, 2 exited" }],
    detail: null,
    rejection: null,
    process: "17-49123",
    ...more,
  };
}

export function stateOf(more: Partial<WatchState> = {}): WatchState {
  const content = contentOf();
  return {
    settings: watchSettings(),
    content,
    appliedHash: content.hash,
    changedAt: null,
    changes: 0,
    last: null,
    pending: null,
    heldUntil: null,
    mechanism: "inotify",
    problem: null,
    errors: 0,
    oldWorkers: 0,
    targetProblem: null,
    ...more,
  };
}

export interface MemoryReloads extends Reloads {
  /** What the next runs come to. */
  ends(how: Partial<ReloadRecord> | Promise<Partial<ReloadRecord>>, refusal?: Problem): void;
  set(name: string, state: Partial<WatchState>): void;
  /** A reload of its own accord. */
  reloaded(record: Partial<ReloadRecord>): void;
  readonly ran: readonly Parameters<Reloads["run"]>[];
}

/** Watches that a test sets by hand and reloads that come to what it says: nothing is watched, and nobody is told. */
export function createMemoryReloads(
  initial: readonly WatchState[],
  clock: () => number = Date.now,
  dry: Partial<Extract<RunReport, { kind: "dry" }>> = {},
): MemoryReloads {
  const states = new Map(initial.map((state) => [state.settings.name, state]));
  const records: ReloadRecord[] = [];
  const ran: Parameters<Reloads["run"]>[] = [];
  let refusal: Problem | null = null;
  let ending: Partial<ReloadRecord> | Promise<Partial<ReloadRecord>> = {};
  const set = (name: string, more: Partial<WatchState>) => {
    const state = states.get(name);
    if (state) states.set(name, { ...state, ...more });
    return state !== undefined;
  };
  const add = (more: Partial<ReloadRecord>) => {
    const found = records.findIndex(({ id }) => id === more.id);
    if (found >= 0) records.splice(found, 1);
    const record = recordOf({ id: records.length + 1, ...more });
    records.unshift(record);
    records.splice(100);
    set(record.watch, { last: record });
    return record;
  };
  return {
    watches: () => [...states.values()],
    records: () => records,
    async run(...call) {
      const [name, { dryRun }] = call;
      ran.push(call);
      const state = states.get(name);
      if (!state) return null;
      const content = state.content ?? contentOf();
      if (dryRun) return { kind: "dry", content, rejection: null, refusal: null, ...dry };
      const startedAt = clock();
      const how = await ending;
      const { hash, generation } = content;
      return {
        kind: "ran",
        refusal,
        record: add({ watch: name, reason: "request", hash, generation, startedAt, endedAt: clock(), ...how }),
      };
    },
    hold(name, forMs) {
      const until = clock() + forMs;
      const pending: Pending = { reason: "held", until };
      return set(name, { heldUntil: until, pending });
    },
    release: (name) => set(name, { heldUntil: null, pending: null }),
    ends: (how, why = undefined) => {
      ending = how;
      refusal = why ?? null;
    },
    set: (name, more) => void set(name, more),
    reloaded: (more) => void add(more),
    ran,
  };
}
