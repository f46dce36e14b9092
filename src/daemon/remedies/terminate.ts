import { isProblem } from "#base/errors.ts";
import type { Performer } from "#daemon/perform.ts";
import { type Attempt, isStillZombie, result } from "#daemon/remedies/remedied.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import type { SignalSettings } from "#policy/signal.ts";
import type { Process } from "#process/process.ts";
import { parseSignal, type Signal, type SignalName } from "#process/signal.ts";
import { describeProcess, type Zombie } from "#process/zombie.ts";

/** What Kubernetes gives by default is 30 s; nobody asked the pod to go here. */
const defaultGraceMs = 10_000;
/** SIGKILL is not to be waited for long. */
const killedMs = 2_000;
/** How long pid 1 has to collect what it was given. */
const collectedMs = 2_000;

export interface Termination {
  readonly performer: Performer;
  readonly settings: SignalSettings;
  readonly abort: AbortSignal;
  /** Told of each signal that goes out. */
  readonly onSent: (signal: Signal) => void;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs?: number;
}

/**
 * Ends the parent, SIGTERM first and SIGKILL after 10 s: its children become pid 1's, which collects them. SIGKILL is
 * part of what was asked for, unless the configuration lists the signals that are allowed and leaves it out.
 */
export async function terminateParent(
  root: ProcRoot,
  parent: Process,
  zombies: readonly Zombie[],
  { performer, settings, abort, onSent, graceMs = defaultGraceMs }: Termination,
): Promise<Attempt> {
  const who = describeProcess(parent);
  const all = (outcome: "failed" | "refused", detail: string, fix: string | null = null): Attempt => ({
    results: zombies.map((zombie) => result(zombie, "terminate-parent", outcome, detail, fix)),
    stoppedMicros: null,
    borrowedMicros: null,
  });
  const permitted = { allow: settings.allow ?? [...everySignalToEnd] };
  for (const [name, waitMs] of [
    ["SIGTERM", graceMs],
    ["SIGKILL", killedMs],
  ] as const) {
    const signal = parseSignal(name) as Signal;
    const intent = { verb: name === "SIGTERM" ? "terminate" : null, signal, assumed: false, objection: null };
    const sent = await performer.send(parent, intent, permitted, {
      force: true,
      dryRun: false,
      waitMs,
      abort,
      onSent() {
        onSent(signal);
        return null;
      },
    });
    if (isProblem(sent)) {
      if (sent.kind === "process-gone") break;
      return all("refused", sent.detail, (sent.facts?.["fix"] as string | undefined) ?? null);
    }
    if (sent.outcome?.status === "exited") break;
    if (abort.aborted) return all("failed", `Nobody waits any longer for ${who} to end.`);
    if (name === "SIGKILL") return all("failed", `${who} was sent SIGTERM and SIGKILL, and is still there.`);
  }
  const left = await uncollected(root, zombies);
  return {
    results: zombies.map((zombie) =>
      left.has(zombie)
        ? result(zombie, "terminate-parent", "failed", `${who} has ended, and pid 1 has not collected it yet.`)
        : result(zombie, "terminate-parent", "reaped", `${who} was ended, and pid 1 has collected it.`),
    ),
    stoppedMicros: null,
    borrowedMicros: null,
  };
}

const everySignalToEnd: readonly SignalName[] = ["SIGTERM", "SIGKILL"];

async function uncollected(root: ProcRoot, zombies: readonly Zombie[]): Promise<ReadonlySet<Zombie>> {
  for (const end = performance.now() + collectedMs; ; ) {
    const left = zombies.filter((zombie) => isStillZombie(root, zombie));
    if (left.length === 0 || performance.now() > end) return new Set(left);
    await Bun.sleep(10);
  }
}
