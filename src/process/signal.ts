import { closest, distance } from "#base/closest.ts";

/**
 * Signals by the numbers of signal(7) for x86 and ARM, which are the architectures sexton is built for.
 * Real-time signals are counted as the kernel counts them: RTMIN is 32 there, but glibc keeps 32 and 33 for
 * itself, so SIGRTMIN is 34 and SIGRTMAX 64. (musl keeps 34 too; a program linked with it calls 35 its RTMIN.)
 */
const numbers = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const;

export type StandardSignal = keyof typeof numbers;
export type SignalName = StandardSignal | `SIGRTMIN+${number}` | "SIGRTMIN" | "SIGRTMAX";

export interface Signal {
  readonly name: SignalName;
  readonly number: number;
}

const rtMin = 34;
const rtMax = 64;
const aliases: Readonly<Record<string, StandardSignal>> = {
  SIGIOT: "SIGABRT",
  SIGCLD: "SIGCHLD",
  SIGPOLL: "SIGIO",
};
const byName = new Map<string, number>(Object.entries(numbers));
const byNumber = new Map<number, StandardSignal>(
  Object.entries(numbers).map(([name, number]) => [number, name as StandardSignal]),
);

export const standardSignals: readonly StandardSignal[] = [...byNumber.values()];

/** The name of a signal number: `SIGHUP`, `SIGRTMIN+3`, `SIGRTMAX`; null for 0, 32, 33 and what no kernel sends. */
export function signalName(number: number): SignalName | null {
  if (number === rtMin) return "SIGRTMIN";
  if (number === rtMax) return "SIGRTMAX";
  if (number > rtMin && number < rtMax) return `SIGRTMIN+${number - rtMin}`;
  return byNumber.get(number) ?? null;
}

export function signalNumber(name: StandardSignal): number {
  return numbers[name];
}

/**
 * Reads `HUP`, `SIGHUP`, `sighup`, `1`, `RTMIN+3` (or `RTMIN 3`: forms and queries read + as a space), `RTMAX-1`.
 * Null for anything else, 0 and negative numbers among them.
 */
export function parseSignal(text: string): Signal | null {
  // Upper case would turn some letters that are not ASCII into some that are (ſ into S).
  const number = /^\d{1,2}$/.test(text)
    ? Number(text)
    : numberOfName(/^[\x20-\x7e]*$/.test(text) ? text.toUpperCase() : "");
  const name = number === null ? null : signalName(number);
  return name === null || number === null ? null : { name, number };
}

function numberOfName(upper: string): number | null {
  const full = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  const realTime = /^SIGRT(?:(MIN)(?:[+ ](\d{1,2}))?|(MAX)(?:-(\d{1,2}))?)$/.exec(full);
  if (realTime) {
    const number = realTime[1] ? rtMin + Number(realTime[2] ?? 0) : rtMax - Number(realTime[4] ?? 0);
    return number >= rtMin && number <= rtMax ? number : null;
  }
  return byName.get(aliases[full] ?? full) ?? null;
}

/** Of equally near names the first is taken, so those that people send come first. */
const likelyFirst: readonly StandardSignal[] = [
  ...new Set<StandardSignal>([
    "SIGTERM",
    "SIGHUP",
    "SIGUSR1",
    "SIGUSR2",
    "SIGINT",
    "SIGQUIT",
    "SIGKILL",
    ...standardSignals,
  ]),
];

/** The word of `words` or signal name that somebody who wrote `text` most likely meant. */
export function nearestSignal(text: string, words: readonly string[] = []): string {
  const upper = text.toUpperCase();
  const asSignal = closest(upper.startsWith("SIG") ? upper : `SIG${upper}`, likelyFirst);
  if (words.length === 0) return asSignal;
  const asWord = closest(text.toLowerCase(), words);
  const signalDistance = Math.min(distance(upper, asSignal), distance(`SIG${upper}`, asSignal));
  return distance(text.toLowerCase(), asWord) <= signalDistance ? asWord : asSignal;
}

/** Decodes a mask of /proc/PID/status (16 hex digits; bit n-1 is signal n, proc(5)) into names, lowest first. */
export function signalsOfMask(mask: bigint): SignalName[] {
  const names: SignalName[] = [];
  for (let number = 1; number <= rtMax; number++) {
    if (maskHas(mask, number)) names.push(signalName(number) ?? (`SIG${number}` as SignalName));
  }
  return names;
}

export function maskHas(mask: bigint, number: number): boolean {
  return ((mask >> BigInt(number - 1)) & 1n) === 1n;
}
