import { type Problem, problem } from "#base/errors.ts";
import type { ReadContent } from "#daemon/content/read.ts";
import type { Applied } from "#daemon/evidence/apply.ts";
import type { Faults } from "#daemon/reload/faults.ts";
import type { ReloadCommon } from "#daemon/reload/means.ts";
import type { RunStatus } from "#policy/reload-take.ts";
import { shortHash } from "#process/config-hash.ts";
import type { Content, Rejection, ReloadReason, ReloadRecord, RunReport, WatchSettings } from "#process/reload.ts";
import { rejectionText } from "#process/reload-text.ts";
import type { TraceContext } from "#process/trace-context.ts";

export interface ReloadRun {
  readonly watch: WatchSettings;
  readonly read: ReadContent;
  readonly reason: ReloadReason;
  readonly attempt: number;
  /** The event of the change; null: there was none since sexton runs. */
  readonly cause: number | null;
  readonly trace: TraceContext | null;
  readonly opened: (() => number) | null;
  readonly faults: Faults;
  readonly abort: AbortSignal;
  /** A newer change is due. */
  readonly superseded: AbortSignal;
  /** What comes now may take so long; null: that is up to others. */
  readonly progress: (mostMs: number | null) => void;
}

const validating = "validate the content";
const judging = "validate all of the content";
const applying = "reload the app";
/** Of who waits for a reload when there are none any more. */
export const stopped = problem("unavailable", "Cannot reload: sexton stops, or the watch is no longer configured.");

interface RunEnd {
  readonly status: RunStatus;
  readonly record: ReloadRecord;
  /** Why nobody was told anything; null: somebody was, or the content was rejected. */
  readonly refusal: Problem | null;
}

/** One reload: looks at the content, tells the app, and keeps the record. Never throws. */
export async function runReload(common: ReloadCommon, run: ReloadRun): Promise<RunEnd> {
  const { means, records, inTurn } = common;
  const { watch, read, reason, attempt, faults, progress } = run;
  const { hash, generation } = read.content;
  const begun = records.begin({
    watch: watch.name,
    reason,
    hash,
    generation,
    attempt,
    startedAt: means.clock(),
    endedAt: null,
    status: "running",
    evidence: [],
    detail: null,
    rejection: null,
    process: null,
  });
  const end = (result: Partial<ReloadRecord>) => {
    const record = { ...begun, ...result, endedAt: means.clock() };
    records.update(record);
    return record;
  };
  try {
    progress(validationMs(watch, read.content.files));
    const rejection = await rejectionOf(common, run);
    if (rejection) {
      tellRejected(common, run, rejection);
      const detail = rejectionSentence(rejection);
      return { status: "rejected", record: end({ status: "rejected", rejection, detail }), refusal: null };
    }
    progress(null);
    const {
      status,
      refusal = null,
      ...result
    } = await inTurn(watch, () => {
      progress(tellingMs(watch));
      return apply(common, run);
    });
    for (const doing of [validating, applying]) faults.clear(doing);
    if (status !== "no-target") {
      const record = end({ ...result, status });
      return { status: status === "failed" && refusal ? "refused" : status, record, refusal };
    }
    const record = end({ ...result, status: "failed" });
    // Who asks is answered; of its own accord it is tried until there is somebody, and that is one reload.
    if (reason !== "request") records.drop(begun);
    return { status, record, refusal };
  } catch (cause) {
    const isUntold = cause instanceof ValidationError;
    const detail = isUntold ? cause.message : faults.add(applying, cause);
    const record = end({ status: "failed", detail });
    return isUntold
      ? { status: "refused", record, refusal: problem("unavailable", detail) }
      : { status: "failed", record, refusal: null };
  }
}

/** The longest that its settings allow: a validator over HTTP is asked for each file. */
function validationMs({ validate }: WatchSettings, files: number): number {
  if (validate?.kind === "http") return validate.timeoutMs * files;
  return validate?.kind === "exec" ? validate.timeoutMs : 0;
}

/** To tell the app and to wait for the proof. */
function tellingMs({ proof, http }: WatchSettings): number {
  return proof.waitMs + (http?.timeoutMs ?? 0);
}

/** The validation itself has failed, which says nothing about the content. */
class ValidationError extends Error {}

async function rejectionOf(
  { means }: ReloadCommon,
  { watch, read, faults, abort }: ReloadRun,
): Promise<Rejection | null> {
  faults.clear(judging);
  const tellUnjudged = (sentence: string) => void faults.add(judging, sentence);
  try {
    return watch.validate && (await means.validate(watch.validate, read.files(), abort, tellUnjudged));
  } catch (cause) {
    throw new ValidationError(faults.add(validating, cause));
  }
}

async function apply(
  { means }: ReloadCommon,
  { watch, cause, trace, opened, abort, superseded }: ReloadRun,
): Promise<Applied> {
  const nothing = { status: "failed", evidence: [], process: null } as const;
  if (abort.aborted) return { ...nothing, detail: stopped.detail, refusal: stopped };
  return means.apply(watch, { cause, trace, opened, abort, enough: superseded });
}

/** Everything but the telling. `last` is what was there when it was last read. */
export async function rehearseReload(
  { means }: ReloadCommon,
  watch: WatchSettings,
  reading: Promise<ReadContent>,
  last: Content | null,
  abort: AbortSignal,
): Promise<RunReport> {
  let content = last ?? unknownContent;
  try {
    const read = await reading;
    content = read.content;
    const tellUnjudged = (sentence: string) => {
      content = { ...read.content, problem: `Cannot ${judging}: ${sentence}` };
    };
    const rejection = watch.validate && (await means.validate(watch.validate, read.files(), abort, tellUnjudged));
    return { kind: "dry", content, rejection, refusal: rejection ? null : await means.preview(watch) };
  } catch (cause) {
    const refusal = problem("unavailable", `Cannot tell what a reload would do: ${reasonOf(cause)}`);
    return { kind: "dry", content, rejection: null, refusal };
  }
}

const unknownContent: Content = { hash: "", files: 0, bytes: 0, generation: null, changedAt: null, problem: null };

function tellRejected({ means }: ReloadCommon, { watch, read, cause, trace }: ReloadRun, rejection: Rejection): void {
  const data = { watch: watch.name, hash: shortHash(read.content.hash), ...rejection };
  means.bus.emit({ type: "config.rejected", data, cause, trace });
  means.log.warn("configuration rejected, the app is not told", data);
}

export function rejectionSentence(rejection: Rejection): string {
  return `Cannot use ${rejectionText(rejection)}`;
}

export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
