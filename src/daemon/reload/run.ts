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
}

const validating = "validate the content";
const applying = "reload the app";
const stopped: Applied = {
  status: "failed",
  evidence: [],
  detail: "Cannot reload the app: sexton stops, or the watch is no longer configured.",
  process: null,
};

interface RunEnd {
  readonly status: RunStatus;
  readonly record: ReloadRecord;
}

/** One reload: looks at the content, tells the app, and keeps the record. Never throws. */
export async function runReload(common: ReloadCommon, run: ReloadRun): Promise<RunEnd> {
  const { means, records, inTurn } = common;
  const { watch, read, reason, attempt, faults } = run;
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
    const rejection = await rejectionOf(common, run);
    if (rejection) {
      tellRejected(common, run, rejection);
      const detail = rejectionSentence(rejection);
      return { status: "rejected", record: end({ status: "rejected", rejection, detail }) };
    }
    const { status, untold = false, ...result } = await inTurn(watch, () => apply(common, run));
    for (const doing of [validating, applying]) faults.clear(doing);
    if (status !== "no-target") {
      return { status: status === "failed" && untold ? "refused" : status, record: end({ ...result, status }) };
    }
    const record = end({ ...result, status: "failed" });
    // Who asks is answered; of its own accord it is tried until there is somebody, and that is one reload.
    if (reason !== "request") records.drop(begun);
    return { status, record };
  } catch (cause) {
    const detail = cause instanceof ValidationError ? cause.message : faults.add(applying, cause);
    return { status: "failed", record: end({ status: "failed", detail }) };
  }
}

/** The validation itself has failed, which says nothing about the content. */
class ValidationError extends Error {}

async function rejectionOf(
  { means }: ReloadCommon,
  { watch, read, faults, abort }: ReloadRun,
): Promise<Rejection | null> {
  try {
    return watch.validate && (await means.validate(watch.validate, read.files(), abort));
  } catch (cause) {
    throw new ValidationError(faults.add(validating, cause));
  }
}

async function apply({ means }: ReloadCommon, { watch, cause, trace, opened, abort }: ReloadRun): Promise<Applied> {
  return abort.aborted ? stopped : means.apply(watch, { cause, trace, opened, abort });
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
    const rejection = watch.validate && (await means.validate(watch.validate, read.files(), abort));
    const problem = rejection ? rejectionSentence(rejection) : await means.preview(watch);
    return { kind: "dry", content, rejection, problem };
  } catch (cause) {
    const problem = `Cannot tell what a reload would do: ${reasonOf(cause)}`;
    return { kind: "dry", content, rejection: null, problem };
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
