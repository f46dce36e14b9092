import type { InitSettings } from "#init/settings.ts";
import { catchFaultLike, catchNamed, defaultSignal, ignoreSignal } from "#kernel/signal-handler.ts";
import { reserveUnnamed } from "#kernel/unnamed-signals.ts";
import { maskHas, signalName } from "#process/signal.ts";

/** SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS: what faults raise, too. */
const faultLike: readonly number[] = [4, 5, 6, 7, 8, 11, 31];
/** SIGTTIN, SIGTTOU. */
const fromTerminal: readonly number[] = [21, 22];
/** SIGSTKFLT and the real-time signals, but 32 and 33, which are the C library's. */
const unnamed: readonly number[] = [16, ...Array.from({ length: 31 }, (_, at) => 34 + at)];
export const SIGCHLD = 17;
/** SIGKILL and SIGSTOP cannot be caught; SIGPWR is how the runtime's collector stops threads. */
const never: readonly number[] = [9, 19, 30];
const standard = Array.from({ length: 31 }, (_, at) => at + 1).filter(
  (number) => !never.includes(number) && !unnamed.includes(number),
);

/** What is done with each signal; the table in docs/init.md is printed from the same lists. */
export function planSignals({ personality }: Pick<InitSettings, "personality">) {
  const isTini = personality === "tini";
  return {
    caught: [...standard.filter((number) => !isTini || ![...faultLike, ...fromTerminal].includes(number)), ...unnamed],
    ignored: isTini ? fromTerminal : [],
    defaults: isTini ? faultLike : [],
  };
}

export interface Handlers {
  /** Descriptors that were inherited are in the way of these. */
  readonly left: readonly number[];
  /** The rest, which had to stay ignored until the child had inherited that. */
  finish(): void;
}

/**
 * Catches what is to be forwarded, each as often as it is delivered. What was inherited as ignored is caught by `finish`:
 * execve(2) keeps what is ignored and makes default what is caught, so the child must be started in between. `look` is for
 * children that have ended: it is called where a SIGCHLD has told of something else, and may have told of them too.
 */
export function installHandlers(
  settings: InitSettings,
  inheritedIgnored: bigint,
  hear: (signal: number) => void,
  look: () => void,
): Handlers {
  const { caught, ignored, defaults } = planSignals(settings);
  const reserved = reserveUnnamed(unnamed, SIGCHLD);
  const ring = oncePerTurn(() => {
    const delivered = reserved.take();
    for (const number of delivered) hear(number);
    if (delivered.length === 0) hear(SIGCHLD);
    else look();
  });
  const install = (numbers: readonly number[]) => {
    for (const number of numbers)
      if (!unnamed.includes(number)) catchOne(number, number === SIGCHLD ? ring : () => hear(number));
    reserved.catch(numbers.filter((number) => unnamed.includes(number)));
  };
  const isLate = (number: number) => maskHas(inheritedIgnored, number);
  for (const number of ignored) ignoreSignal(number);
  for (const number of defaults) if (!isLate(number)) defaultSignal(number);
  install(caught.filter((number) => !isLate(number)));
  return { left: reserved.left, finish: () => install(caught.filter(isLate)) };
}

/**
 * At once, and for whatever follows in the same turn of the event loop once more at its end. Each look makes room for
 * signals that ring again; with a look for each ring a storm would ring faster than it is heard, until Bun loses others.
 */
function oncePerTurn(work: () => void): () => void {
  let isHeld = false;
  let isAsked = false;
  const run = () => {
    if (isHeld) {
      isAsked = true;
      return;
    }
    isHeld = true;
    setImmediate(() => {
      isHeld = false;
      if (!isAsked) return;
      isAsked = false;
      run();
    });
    work();
  };
  return run;
}

function catchOne(number: number, hear: () => void): void {
  const name = signalName(number) as NodeJS.Signals;
  if (faultLike.includes(number)) catchFaultLike(name, number, hear);
  else catchNamed(name, hear);
}
