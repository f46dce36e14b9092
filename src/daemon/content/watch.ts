import { statSync } from "node:fs";
import { join } from "node:path";
import { fingerprint } from "#daemon/content/fingerprint.ts";
import { type Interest, type Plan, planWatches } from "#daemon/content/plan.ts";
import { type SharedInotify, shareInotify } from "#daemon/content/shared-inotify.ts";
import {
  IN_ATTRIB,
  IN_CLOSE_NOWRITE,
  IN_CLOSE_WRITE,
  IN_DELETE_SELF,
  IN_IGNORED,
  IN_ISDIR,
  IN_MODIFY,
  IN_MOVE_SELF,
  IN_Q_OVERFLOW,
  IN_UNMOUNT,
  type InotifyEvent,
  type InotifyFailure,
} from "#kernel/inotify.ts";

/** How changes at the paths of a watch are heard of. */
export interface ContentWatch {
  /** `poll`: the kernel does not tell all, so it is looked. */
  mechanism(): "inotify" | "poll";
  /** In a sentence, why it is `poll`; null: nothing is wrong. */
  problem(): string | null;
  /** Overflows, refusals and failed looks, counted. */
  errors(): number;
  /** How often others have opened files of the content, as far as inotify tells. */
  opened(): number;
  /** For reading the content: what sexton opens is not counted. */
  reading<T>(work: () => Promise<T>): Promise<T>;
  stop(): void;
}

export interface WatchOptions {
  readonly pollMs: number;
  /** While the kernel refuses: how often it is asked again. */
  readonly retryMs: number;
  readonly share: () => SharedInotify | InotifyFailure;
}

const usual: WatchOptions = { pollMs: 2_000, retryMs: 30_000, share: shareInotify };
/** Notices of a burst are one, at most this often. */
const spacingMs = 50;
/** And where the watches of many files are to be looked at anew with each, so many times as long as that takes. */
const planShare = 10;
/** A look at many files takes long: so many times as long nothing is looked at. */
const lookShare = 50;
/** Before a read, a plan that is older than this is made anew: a mount over a directory is not heard of. */
const planAgeMs = 10_000;
/** What leaves again and again while it is looked at is left to the next read. */
const mostStale = 20;

/** Calls `onNotice` soon after something may have changed at the paths, and once for all that comes close together. */
export function watchContent(
  paths: readonly string[],
  onNotice: () => void,
  options: Partial<WatchOptions> = {},
): ContentWatch {
  const { pollMs, retryMs, share } = { ...usual, ...options };
  let inotify: SharedInotify | null = null;
  let plan: Plan | null = null;
  let problem: string | null = null;
  let [errors, opened, staleInRow, plannedAt, planMs] = [0, 0, 0, 0, 0];
  let noticedAt = Number.NEGATIVE_INFINITY;
  let [isPlanDue, isStopped] = [false, false];
  let notice: ReturnType<typeof setTimeout> | null = null;
  let look: ReturnType<typeof setTimeout> | null = null;
  let retry: ReturnType<typeof setTimeout> | null = null;
  let print = 0n;

  function hear(event: InotifyEvent): void {
    const interest = plan?.interests.get(event.wd);
    if (event.mask & IN_Q_OVERFLOW) {
      errors++;
      changed(true);
    } else if (!interest) return;
    else if (event.mask & (IN_IGNORED | IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF)) changed(true);
    else if (event.mask & IN_CLOSE_NOWRITE) countOpen(interest, event);
    else if (interest.isFile) {
      if (!(event.mask & IN_ATTRIB) || isUnlinked(interest.path)) changed(false);
    } else if (matters(interest, event.name)) changed((event.mask & (IN_MODIFY | IN_CLOSE_WRITE)) === 0);
  }

  function countOpen(interest: Interest, { mask, name }: InotifyEvent): void {
    if (!interest.countsOpens || mask & IN_ISDIR) return;
    if (!interest.isFile && (name.startsWith("..") || plan?.specials.has(join(interest.path, name)))) return;
    opened++;
  }

  function changed(isStructure: boolean): void {
    isPlanDue ||= isStructure;
    if (notice || isStopped) return;
    notice = setTimeout(
      tellNotice,
      Math.max(0, noticedAt + Math.max(spacingMs, planShare * planMs) - performance.now()),
    );
  }

  function tellNotice(): void {
    notice = null;
    noticedAt = performance.now();
    // First the watches, so that what is read after this is watched while it is read.
    if (isPlanDue && isBehind()) replan();
    if (!isStopped) onNotice();
  }

  function replan(): void {
    isPlanDue = false;
    plannedAt = performance.now();
    const shared = inotify ?? enter();
    if (!shared) return;
    const before = plan;
    plan = planWatches(paths, shared, hear);
    planMs = performance.now() - plannedAt;
    const isFull = plan.failure?.kind === "full";
    for (const wd of before?.interests.keys() ?? []) if (!plan.interests.has(wd)) shared.drop(wd, hear);
    if (isFull) giveBack();
    if (plan.failure)
      fail(
        `Cannot watch ${plan.failure.path} by inotify: ${plan.failure.detail}. Until then it is looked at every ${pollMs / 1_000} s.`,
      );
    else recover();
    staleInRow = plan.isStale ? staleInRow + 1 : 0;
    if (staleInRow > 0 && staleInRow < mostStale) changed(true);
  }

  function enter(): SharedInotify | null {
    const shared = share();
    if ("kind" in shared) {
      fail(`Cannot watch by inotify: ${shared.detail}. The paths are looked at every ${pollMs / 1_000} s.`);
      return null;
    }
    inotify = shared;
    return shared;
  }

  /** A user's watches are for all pods of a node, the kubelet included: half a net is not worth the last of them. */
  function giveBack(): void {
    for (const wd of plan?.interests.keys() ?? []) inotify?.drop(wd, hear);
    if (plan) plan = { ...plan, interests: new Map() };
  }

  function fail(sentence: string): void {
    // The same again is no other error.
    if (problem !== sentence) errors++;
    problem = sentence;
    startLooking();
    retry ??= setTimeout(tryAgain, retryMs);
  }

  function recover(): void {
    problem = null;
    if (retry) clearTimeout(retry);
    retry = null;
    if (plan?.isRemote) startLooking();
    else stopLooking();
  }

  function tryAgain(): void {
    retry = null;
    replan();
    // What came before the watches were there was not heard of.
    if (problem === null) changed(false);
  }

  function startLooking(): void {
    if (look || isStopped) return;
    print = fingerprint(paths);
    look = setTimeout(lookAgain, pollMs);
  }

  function lookAgain(): void {
    const startedAt = performance.now();
    const now = fingerprint(paths);
    look = setTimeout(lookAgain, Math.max(pollMs, lookShare * (performance.now() - startedAt)));
    if (now === print) return;
    print = now;
    changed(true);
  }

  function stopLooking(): void {
    if (look) clearTimeout(look);
    look = null;
  }

  /** Something has moved since the watches were placed. Where there are too few of them, the next try is soon enough. */
  function isBehind(): boolean {
    return !isStopped && (isPlanDue || plan?.isStale === true) && plan?.failure?.kind !== "full";
  }

  replan();
  return {
    mechanism: () => (look ? "poll" : "inotify"),
    problem: () => problem,
    errors: () => errors,
    opened() {
      inotify?.drain();
      // What a link leads to by now is watched before the app is told, not only with the next notice.
      if (isBehind()) replan();
      return opened;
    },
    reading(work) {
      if (!isStopped && (isBehind() || performance.now() - plannedAt > planAgeMs)) replan();
      // Each open of a read leaves itself out, also for other watches of the same files.
      return work();
    },
    stop() {
      isStopped = true;
      for (const timer of [notice, look, retry]) if (timer) clearTimeout(timer);
      for (const wd of plan?.interests.keys() ?? []) inotify?.drop(wd, hear);
      plan = null;
      inotify?.leave();
      inotify = null;
    },
  };
}

const matters = ({ isContent, turns }: Interest, name: string) =>
  turns.has(name) || (isContent && !name.startsWith(".."));

/** A file that lost its last name, and may be held by a mount alone: what is read there will never change again. */
function isUnlinked(path: string): boolean {
  try {
    return statSync(path).nlink === 0;
  } catch {
    return true;
  }
}
