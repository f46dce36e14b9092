import { isProblem } from "#base/errors.ts";
import type { Performer } from "#daemon/perform.ts";
import { type Attempt, isStillZombie, result } from "#daemon/remedies/remedied.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { SignalSettings } from "#policy/signal.ts";
import type { Process } from "#process/process.ts";
import { parseSignal, type Signal } from "#process/signal.ts";
import { describeProcess, type Zombie } from "#process/zombie.ts";

/** How long a handler has to collect something. */
const answerMs = 200;
const lookMs = 5;

/**
 * SIGCHLD to the parent, again for as long as the number of its zombies falls: a handler that collects one child for each
 * signal loses some when signals coalesce, and gets them back this way. The first nudge that changes nothing is the last.
 */
export async function nudge(
  root: ProcRoot,
  parent: Process,
  zombies: readonly Zombie[],
  { performer, settings, abort }: { performer: Performer; settings: SignalSettings; abort: AbortSignal },
): Promise<Attempt> {
  const who = describeProcess(parent);
  const intent = { verb: null, signal: parseSignal("SIGCHLD") as Signal, assumed: false, objection: null };
  const delivery = { force: false, dryRun: false, waitMs: 0, abort };
  let left: readonly Zombie[] = zombies;
  for (let round = 0; round < zombies.length && left.length > 0 && !abort.aborted; round++) {
    const sent = await performer.send(parent, intent, settings, delivery);
    if (isProblem(sent)) {
      if (round > 0) break;
      const fix = (sent.facts?.["fix"] as string | undefined) ?? null;
      return attemptOf(zombies.map((zombie) => result(zombie, "nudge", "refused", sent.detail, fix)));
    }
    const before = left.length;
    left = await fewer(root, left);
    if (left.length === before) break;
  }
  const remaining = new Set(left);
  return attemptOf(
    zombies.map((zombie) =>
      remaining.has(zombie)
        ? result(zombie, "nudge", "failed", `${who} was sent SIGCHLD and did not collect it.`)
        : result(zombie, "nudge", "reaped", `${who} was sent SIGCHLD and collected it.`),
    ),
  );
}

function attemptOf(results: Attempt["results"]): Attempt {
  return { results, stoppedMicros: null, borrowedMicros: null };
}

/** Those that are left when the number has fallen, or the time is up. */
async function fewer(root: ProcRoot, zombies: readonly Zombie[]): Promise<readonly Zombie[]> {
  for (const end = performance.now() + answerMs; ; ) {
    const left = zombies.filter((zombie) => isStillZombie(root, zombie));
    if (left.length < zombies.length || performance.now() > end) return left;
    await Bun.sleep(lookMs);
  }
}
