import type { Problem } from "#base/errors.ts";
import type { Evidence } from "#process/evidence.ts";
import type { TraceContext } from "#process/trace-context.ts";

/** How content is looked at before an app hears of it. */
export type Validation =
  | { readonly kind: "json" | "yaml" | "toml" }
  | { readonly kind: "http"; readonly url: string; readonly timeoutMs: number }
  /** 1 to 64 words; the first is looked up in PATH. */
  | { readonly kind: "exec"; readonly command: readonly string[]; readonly timeoutMs: number };

/** A reload that is asked for over HTTP, instead of by a signal. */
export interface HttpReload {
  readonly url: string;
  readonly method: "POST" | "PUT" | "GET";
  /** The status codes that mean success, from and to. */
  readonly status: readonly [from: number, to: number];
  readonly timeoutMs: number;
}

/** A question whose answer is another one once the reload has taken effect. */
export interface HttpProbe {
  readonly url: string;
  /** The place in a JSON answer, `data.reloadedAt`, or the name of a metric; null: the whole answer. */
  readonly field: string | null;
  /** Null: another value than before; else this one. */
  readonly expect: string | null;
}

/** One watch of the configuration, with its defaults filled in. */
export interface WatchSettings {
  readonly name: string;
  readonly paths: readonly string[];
  /** Null: the main app. */
  readonly target: string | null;
  readonly verb: string;
  /** The reload comes after this much quiet, and at the latest after `settleMostMs`. */
  readonly settleMs: number;
  readonly settleMostMs: number;
  /** How often all is read without a reason, in case a notice was lost. */
  readonly rescanMs: number;
  /** The least time between the starts of two reloads. */
  readonly minSpacingMs: number;
  /** Up to this much is waited, each pod another time, so that a fleet does not reload at once. */
  readonly splayMs: number;
  readonly validate: Validation | null;
  /** Null: by a signal. */
  readonly http: HttpReload | null;
  readonly proof: {
    /** So long evidence is waited for. */
    readonly waitMs: number;
    readonly http: HttpProbe | null;
  };
  readonly retry: {
    /** `failed`: a reload without evidence counts as done; `unconfirmed`: it is tried again too. */
    readonly on: "never" | "failed" | "unconfirmed";
    readonly leastMs: number;
    readonly mostMs: number;
  };
}

/** What there is at the paths of a watch. */
export interface Content {
  /** SHA-256 over names and contents, hex. */
  readonly hash: string;
  readonly files: number;
  readonly bytes: number;
  /** Of a ConfigMap or Secret volume: where `..data` leads, `..2026_01_01_00_00_00.123456789`. */
  readonly generation: string | null;
  /** When the newest of it was changed, milliseconds since the epoch; null where there is nothing. */
  readonly changedAt: number | null;
  /** In a sentence, what could not be read, or can never change (a subPath mount); null: nothing. */
  readonly problem: string | null;
}

/** One file of the content, as validation looks at it. */
export interface ContentFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** The bytes that the hash is of. Rejects where there are others by now. */
  readonly read: () => Promise<Uint8Array>;
}

/** Why content is not for the app to see. `reason` holds nothing of the content: it may be a Secret. */
export interface Rejection {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly reason: string;
}

/** `superseded`: the app was told, and something newer before anything showed an effect. */
export type ReloadStatus = "running" | "confirmed" | "unconfirmed" | "superseded" | "failed" | "rejected";
export type ReloadReason = "change" | "start" | "retry" | "request";

/** One reload of a watch, or why there was none. */
export interface ReloadRecord {
  /** Counts from 1 in each run of sexton. */
  readonly id: number;
  readonly watch: string;
  readonly reason: ReloadReason;
  /** The content that it was made for. */
  readonly hash: string;
  readonly generation: string | null;
  /** How often it has been tried for this content, from 1. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly status: ReloadStatus;
  readonly evidence: readonly Evidence[];
  /** In a sentence, why it was not confirmed; null: it was, or it runs. */
  readonly detail: string | null;
  readonly rejection: Rejection | null;
  /** Of the process that was told, `17-49123`; null: none was. */
  readonly process: string | null;
}

/** What a reload waits for. */
export type Pending =
  | { readonly reason: "settling" | "spacing" | "splay" | "retry" | "held"; readonly until: number | null }
  | { readonly reason: "running" | "target"; readonly until: null };

/** A watch as it is now. */
export interface WatchState {
  readonly settings: WatchSettings;
  /** Null: nothing was read yet. */
  readonly content: Content | null;
  /** The hash that the app has taken, as far as is known. */
  readonly appliedHash: string | null;
  /** When the content was last seen to be another one; null: never since sexton runs. */
  readonly changedAt: number | null;
  readonly changes: number;
  readonly last: ReloadRecord | null;
  readonly pending: Pending | null;
  readonly heldUntil: number | null;
  /** How changes are heard of. */
  readonly mechanism: "inotify" | "poll";
  /** In a sentence; null: none. */
  readonly problem: string | null;
  /** Errors of watching and reading, counted. */
  readonly errors: number;
  /** Workers of before the last reload that have not left. */
  readonly oldWorkers: number;
  /** In a sentence, why there will be nobody to reload; null: there is somebody, or who is waited for may come. */
  readonly targetProblem: string | null;
}

/** What HTTP, metrics and the page can ask of the reloads. */
export interface Reloads {
  watches(): readonly WatchState[];
  /** The last 100, the newest first. */
  records(): readonly ReloadRecord[];
  /**
   * Reloads now, whatever the content is, when nothing else runs; resolves with its record when that has ended. Null:
   * there is no such watch.
   */
  run(
    name: string,
    asked: { readonly dryRun: boolean; readonly trace: TraceContext | null },
  ): Promise<RunReport | null>;
  /** No reload of its own accord until then. False: there is no such watch. */
  hold(name: string, forMs: number): boolean;
  release(name: string): boolean;
}

export type RunReport =
  /** `refusal`: why nobody was told anything; null: somebody was, or the content was rejected. */
  | { readonly kind: "ran"; readonly record: ReloadRecord; readonly refusal: Problem | null }
  /** Decided, and not done. `refusal`: why it would not have been. */
  | {
      readonly kind: "dry";
      readonly content: Content;
      readonly rejection: Rejection | null;
      readonly refusal: Problem | null;
    };
