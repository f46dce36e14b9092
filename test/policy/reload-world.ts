import { type ReloadAction, stepReload } from "#policy/reload.ts";
import { initialReloadState, type ReloadSettings, type ReloadState } from "#policy/reload-state.ts";
import type { RunStatus } from "#policy/reload-take.ts";
import type { ReloadReason } from "#process/reload.ts";

/** What happens to a watch from outside; `after` is the time since the one before. */
export type Happening = { readonly after: number } & (
  | { readonly kind: "write"; readonly content: string; readonly heardAfter: number | null }
  | { readonly kind: "touch" }
  | { readonly kind: "request" }
  | { readonly kind: "hold"; readonly forMs: number }
  | { readonly kind: "release" }
  | { readonly kind: "restart" }
  | { readonly kind: "rescan" }
);

export interface Script {
  readonly settings: ReloadSettings;
  readonly happenings: readonly Happening[];
  /** How the readings and reloads go, in order; when there are no more, all goes well. */
  readonly readings: readonly { readonly ms: number; readonly fails: boolean }[];
  readonly runs: readonly {
    readonly ms: number;
    /** Of that time: until the app has been told, which nothing cuts short; what is left is the wait for its proof. */
    readonly tellingMs?: number;
    readonly readsAt: number;
    readonly status: RunStatus;
  }[];
}

export interface Start {
  readonly at: number;
  endedAt: number;
  readonly reason: ReloadReason;
  readonly attempt: number;
  readonly hash: string;
  status: RunStatus;
  readonly before: ReloadState;
  /** Because it was changed to and fro during the one before. */
  readonly again: boolean;
}

/** `x…` is what the validation rejects. */
export const isInvalid = (content: string) => content.startsWith("x");

/**
 * Plays a script in a time of its own: files that are written, an app that reads them when it is reloaded or restarted,
 * and the policy with a loop around it that does what it says. Ends a long quiet time after the last happening.
 */
export function play({ settings, happenings, readings, runs }: Script) {
  let now = 0;
  let state = initialReloadState;
  let order = 0;
  const queue: { at: number; order: number; run: () => void }[] = [];
  const at = (time: number, run: () => void) => void queue.push({ at: time, order: order++, run });
  const files = { content: "a", version: 0 };
  let app = { has: "a", startedAt: -10_000 as number | null };
  let wake: { at: number } | null = null;
  let running = 0;
  let enough: (() => void) | null = null;
  let lastRead = 0;
  const starts: Start[] = [];
  const writes: { at: number; content: string }[] = [];
  const notices: number[] = [];
  const faults: string[] = [];
  let readingsDone = 0;
  let steps = 0;

  function step(input: Parameters<typeof stepReload>[1]): void {
    if (++steps > 100_000) throw new Error("the policy does not come to rest");
    const before = state;
    const result = stepReload(state, input, settings, { now, startedAt: app.startedAt });
    ({ state } = result);
    wake = result.wakeAt === null ? null : { at: result.wakeAt };
    if (wake) {
      const mine = wake;
      at(Math.max(mine.at, now), () => {
        if (wake === mine) step({ kind: "tick" });
      });
    }
    if (result.action) act(result.action, before);
  }

  function act(action: ReloadAction, before: ReloadState): void {
    if (action.kind === "read") {
      const { ms, fails } = readings[readingsDone++] ?? { ms: 1, fails: false };
      const { content, version } = files;
      if (fails) notices.push(now + ms);
      const changedAt = writes.at(-1)?.at ?? -20_000;
      at(now + ms, () =>
        step(fails ? { kind: "unread" } : { kind: "content", hash: content, version: String(version), changedAt }),
      );
      return;
    }
    if (action.kind === "supersede") {
      if (!enough) faults.push(`nothing is superseded at ${now}`);
      enough?.();
      return;
    }
    if (++running > 1) faults.push(`two at once at ${now}`);
    const hash = state.content?.hash ?? "";
    const run = runs[starts.length] ?? { ms: 5, readsAt: 0, status: "confirmed" };
    const { ms, tellingMs = 0, readsAt, status: scripted } = run;
    const status = isInvalid(hash) ? "rejected" : app.startedAt === null ? "no-target" : scripted;
    const start: Start = {
      at: now,
      endedAt: now + ms,
      ...action,
      hash,
      status,
      before,
      again: state.running?.before.job?.again ?? false,
    };
    starts.push(start);
    const told = status === "confirmed" || status === "unconfirmed";
    const turn = starts.length;
    const read = () => {
      // A signal that has not been handled yet when the next one comes is one with it, signal(7).
      if (turn < lastRead) return;
      lastRead = turn;
      app = { ...app, has: files.content };
    };
    if (told) at(now + readsAt * ms, read);
    if (status === "failed") app = { ...app, has: "half" };
    const end = () => {
      if (enough === null || starts.at(-1) !== start || now < start.endedAt) return;
      enough = null;
      running--;
      step({ kind: "ended", status: start.status });
    };
    at(start.endedAt, end);
    enough = () => {
      // Who was not told at all has nothing that is waited for.
      if (!told && status !== "failed") return;
      start.endedAt = Math.max(now, Math.min(start.at + tellingMs, start.endedAt));
      start.status = "superseded";
      at(start.endedAt, end);
    };
  }

  function happen(happening: Happening): void {
    switch (happening.kind) {
      case "write":
        files.content = happening.content;
        files.version++;
        writes.push({ at: now, content: happening.content });
        if (happening.heardAfter !== null) at(now + happening.heardAfter, hear);
        return;
      case "touch":
        hear();
        return;
      case "restart":
        app = { has: files.content, startedAt: now };
        return;
      case "hold":
        step({ kind: "hold", until: now + happening.forMs });
        return;
      case "request":
      case "release":
      case "rescan":
        step({ kind: happening.kind });
    }
  }

  function hear(): void {
    notices.push(now);
    step({ kind: "notice" });
  }

  at(0, () => step({ kind: "tick" }));
  let lastAt = 100;
  for (const happening of happenings) {
    lastAt += happening.after;
    at(lastAt, () => happen(happening));
  }
  // The one rescan of a quiet end, and time enough for what waits.
  at(lastAt + 60_000, () => step({ kind: "rescan" }));
  while (queue.length > 0) {
    queue.sort((one, other) => one.at - other.at || one.order - other.order);
    const next = queue.shift() as (typeof queue)[number];
    now = Math.max(now, next.at);
    next.run();
  }
  return { state, app, files, starts, writes, notices, faults, steps, lastAt };
}
