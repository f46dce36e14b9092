import { type Finding, withLines } from "#policy/findings/finding.ts";
import type { WatchState } from "#process/reload.ts";

interface Amount {
  readonly instances: number;
  readonly watches: number;
}

/** inotify(7) counts for each user, over all pods of a node. */
export interface InotifyLook {
  /** What a new instance with a new watch met; null: nothing, it works. */
  readonly refusal: string | null;
  /** The smaller of the sysctls fs.inotify.max_user_* and user.max_inotify_*; null: not readable. */
  readonly most: { readonly [Key in keyof Amount]: number | null };
  /** fs.inotify.max_queued_events */
  readonly mostQueued: number | null;
  readonly own: Amount;
  /** Of the other processes of the same user that could be looked into. */
  readonly others: Amount & { readonly processes: number };
  /** Processes of the same user that could not, or not in the time there was. */
  readonly uncounted: number;
}

/** Beyond this share the next pod of the same user may find nothing left. */
const lowShare = 0.8;

export function inotifyFindings(look: InotifyLook, watches: readonly WatchState[]): Finding[] {
  if (look.refusal !== null) {
    return [
      {
        id: "inotify-exhausted",
        severity: watches.length > 0 ? "warning" : "info",
        title: "inotify has nothing left for this user",
        seen: `Tried with one more: ${look.refusal}.`,
        why: "Watches of configuration that have no inotify are read again from time to time, so changes are found late; the app may fail by it too.",
        fix: raise(look),
      },
    ];
  }
  const low = (["instances", "watches"] as const).filter((key) => {
    const most = look.most[key];
    return most !== null && most > 0 && (look.own[key] + look.others[key]) / most >= lowShare;
  });
  return low.map((key) => ({
    id: "inotify-low",
    severity: "warning",
    title: `inotify ${key} run out`,
    seen: `${look.own[key] + look.others[key]} of ${look.most[key]} that this user may have on the node are taken by what can be seen, ${look.own[key]} of them by sexton.`,
    why: "With none left, programs that watch files fail or fall back to reading them from time to time.",
    fix: raise(look),
  }));
}

function raise({ most }: InotifyLook): string {
  const lines = (["instances", "watches"] as const).map(
    (key) =>
      `sysctl -w fs.inotify.max_user_${key}=${Math.max((most[key] ?? 0) * 4, key === "instances" ? 512 : 65_536)}`,
  );
  return withLines("Raise the limits of the node, or find who holds so many:", lines.join("\n"));
}
