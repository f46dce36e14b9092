import { type Problem, problem } from "#base/errors.ts";
import type { Intent } from "#policy/verb.ts";
import { type Disposition, looksLikeGo, type SignalReceiver } from "#process/disposition.ts";
import type { Process } from "#process/process.ts";
import { shownCommand } from "#process/shown.ts";
import type { SignalName } from "#process/signal.ts";
import { hasEnded } from "#process/state.ts";

export interface SignalSettings {
  /** Null: every signal but SIGKILL and SIGSTOP, which no process can answer. */
  readonly allow: readonly SignalName[] | null;
  /** Between two signals of one kind to one process, where callers ask for them. */
  readonly minSpacingMs?: number;
  /** Nothing is configured, and sexton sees a whole node: then `allow` is empty, and this is why. */
  readonly isNodeDefault?: boolean;
}

/** The first guard, which holds whatever is to be sent. `what` is a verb or a signal. */
export function refuseProtected(process: Process, what: string, selfPid: number): Problem | null {
  const cannot = `Cannot send ${what} to process ${process.pid} (${process.name})`;
  if (process.pid <= 1) {
    const detail = `${cannot}: pid 1 holds this PID namespace together; were it to end, everything in it would be killed. Signal the app's own process.`;
    return problem("protected-process", detail);
  }
  if (process.role === "pause") {
    const detail = `${cannot}: it holds a pod together; were it to end, every container of the pod would be killed. Signal the app's own process.`;
    return problem("protected-process", detail);
  }
  if (process.pid !== selfPid) return null;
  return problem(
    "protected-process",
    `${cannot}: it is sexton itself. Let Kubernetes end it, or send the signal from outside.`,
  );
}

/** The guards that need no system call, in the order of the contract: not protected, alive, allowed by the configuration. */
export function refuseBefore(
  process: Process,
  intent: Intent,
  settings: SignalSettings,
  selfPid: number,
): Problem | null {
  const refusal = refuseProtected(process, intent.signal.name, selfPid);
  if (refusal) return refusal;
  const what = `Cannot send ${intent.signal.name} to process ${process.pid} (${process.name})`;
  if (hasEnded(process)) {
    return problem(
      "process-gone",
      `${what}: it has exited and is a ${process.state} now; a signal would be taken and do nothing.`,
    );
  }
  if (settings.allow ? !settings.allow.includes(intent.signal.name) : refusedByDefault.includes(intent.signal.name)) {
    if (settings.isNodeDefault) {
      const detail = `${what}: sexton sees every pod of the node here, and sends no signals unless they are configured. Name those that may be sent in signals.allow.`;
      return problem("signal-not-allowed", detail, { signal: intent.signal.name });
    }
    const allowed = settings.allow ? settings.allow.join(", ") || "none" : `all but ${refusedByDefault.join(" and ")}`;
    return problem("signal-not-allowed", `${what}: the configuration allows ${allowed}. Add it to signals.allow.`, {
      signal: intent.signal.name,
    });
  }
  return null;
}

const refusedByDefault: readonly SignalName[] = ["SIGKILL", "SIGSTOP"];

/** Signals whose default action, ending the process, is what somebody who sends them wants. */
const meantToEnd: readonly SignalName[] = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGKILL", "SIGABRT"];

/** The last guard: would the target do with the signal what the sender means? `watch`: the one that asks, where one does. */
export function refuseUnhandled(
  process: Process,
  intent: Intent,
  disposition: Disposition,
  receiver: Pick<SignalReceiver, "masks">,
  watch: string | null = null,
): Problem | null {
  const unknowable = intent.assumed && intent.verb === "reload" && looksLikeGo(receiver.masks);
  const reason = intent.objection ?? (unknowable ? unknowableReload : objectionTo(intent, disposition));
  if (reason === null) return null;
  const what = intent.verb ? `Cannot ${intent.verb} process` : `Cannot send ${intent.signal.name} to process`;
  const advice =
    watch === null
      ? "Send it all the same with force=true."
      : `Give watch ${watch} a verb that it handles, or http where it reloads over HTTP.`;
  return problem(
    "signal-unhandled",
    `${what} ${process.pid} (${shownCommand(process).slice(0, 80)}): ${reason} ${advice}`,
    { disposition, signal: intent.signal.name },
  );
}

const unknowableReload =
  "it looks like a Go program, whose runtime catches every signal and ends on those that the program did not ask for, so it cannot be seen whether SIGHUP reloads it or kills it. Where it reloads, configure a target with verbs: { reload: SIGHUP }.";

function objectionTo({ verb, signal }: Intent, disposition: Disposition): string | null {
  switch (disposition) {
    case "caught":
    case "blocked":
      return null;
    case "ignored":
      // The kernel resumes a stopped process even if it ignores the signal (signal(7), SIGCONT).
      if (signal.name === "SIGCONT") return null;
      return `it ignores ${signal.name}, so nothing would happen.`;
    case "default-ignore":
      // It has no handler, and needs none: a stopped process goes on.
      if (signal.name === "SIGCONT") return null;
      return `it has no handler for ${signal.name}, and the kernel drops it, so nothing would happen.`;
    case "default-stop":
      return verb === null ? null : `it has no handler for ${signal.name}, so the kernel would stop it.`;
    case "default-terminate":
      if (verb === "terminate" || (verb === null && meantToEnd.includes(signal.name))) return null;
      return `it has no handler for ${signal.name}, so the kernel would kill it.`;
  }
}
