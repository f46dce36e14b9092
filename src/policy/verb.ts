import { type Problem, problem } from "#base/errors.ts";
import type { Target } from "#policy/target.ts";
import { nearestSignal, parseSignal, type Signal, signalNumber } from "#process/signal.ts";

/** What a person means, and the signal that says it to this target. */
export interface Intent {
  /** Null when a signal was named and not a verb. */
  readonly verb: string | null;
  readonly signal: Signal;
  /** Why the target has no signal for the verb, although `signal` is what others would take. */
  readonly objection: string | null;
  /** Nobody said that this app takes the signal for the verb: it is what most do. */
  readonly assumed: boolean;
}

const usualVerbs: Readonly<Record<string, Signal>> = {
  reload: { name: "SIGHUP", number: signalNumber("SIGHUP") },
  terminate: { name: "SIGTERM", number: signalNumber("SIGTERM") },
};

/**
 * Verbs that apps have in common, but no usual signal for. `quit` is one of them: SIGQUIT, which is what it would be
 * read as, ends many apps the hard way; who means that signal says so in capitals.
 */
const commonVerbs = ["reopen-logs", "dump", "quit"];

/** Every verb that can be sent to a target. */
export function verbsOf(target: Target | null): string[] {
  return [
    ...new Set([
      ...Object.keys(usualVerbs),
      ...Object.keys(target?.profile?.verbs ?? {}),
      ...Object.keys(target?.verbs ?? {}),
    ]),
  ];
}

/** Reads a verb or a signal for a target: the configuration's verbs, then the profile's, the usual ones, signal names. */
export function readIntent(text: string, target: Target): Intent | Problem {
  const verb = text.toLowerCase();
  // Verbs are lower case; who writes QUIT or SIGQUIT means the signal, whatever a profile calls "quit".
  const named = text === verb ? null : parseSignal(text);
  if (named) return { verb: null, signal: named, objection: null, assumed: false };
  const configured = parseSignal(own(target.verbs, verb) ?? "");
  if (configured) return { verb, signal: configured, objection: null, assumed: false };
  const profiled = own(target.profile?.verbs ?? {}, verb);
  const usual = own(usualVerbs, verb);
  if (typeof profiled === "string")
    return { verb, signal: { name: profiled, number: signalNumber(profiled) }, objection: null, assumed: false };
  if (usual) return { verb, signal: usual, objection: profiled?.none ?? null, assumed: target.profile === null };
  if (profiled || commonVerbs.includes(text)) return noSignalFor(verb, target, profiled?.none);
  const signal = parseSignal(text);
  if (signal) return { verb: null, signal, objection: null, assumed: false };
  const nearest = nearestSignal(text, verbsOf(target));
  return problem(
    "unknown-signal",
    `Cannot send "${text.slice(0, 80)}" to ${target.name}: it is neither a verb (${verbsOf(target).join(", ")}) nor a signal of signal(7). Did you mean ${nearest}?`,
    { nearest },
  );
}

function noSignalFor(verb: string, target: Target, reason: string | undefined): Problem {
  return problem(
    "signal-unhandled",
    `Cannot ${verb} ${target.name}: ${reason ?? `no signal is known that means ${verb} to it. Name the signal itself, or configure targets.${target.name}.verbs.`}`,
    { disposition: null },
  );
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
