/**
 * What is expected in the place of a program, as data. `ours` is where sexton differs in that place: in what no Bun binary
 * can do, and in what it does better.
 */
export interface Position {
  readonly place: "tini" | "dumb-init" | "init";
  /** Options; null: has none for that. */
  readonly options: {
    readonly subreaper: readonly string[] | null;
    readonly group: readonly string[] | null;
    readonly singleChild: readonly string[] | null;
    readonly parentDeath: ((signal: string) => readonly string[]) | null;
    readonly remap: ((code: number) => readonly string[]) | null;
    readonly rewrite: ((from: number, to: number) => readonly string[]) | null;
  };
  readonly signals: {
    /** Of 1-31, what a child is never told of. */
    readonly unforwarded: readonly number[];
    /** Those of them that end the init, as they would without it. */
    readonly ending: readonly number[];
    /** Those that suspend the init and, as SIGSTOP, its child's session. */
    readonly suspending: readonly number[];
  };
  /** Whether signals go to the child's group by default. */
  readonly signalsGroup: boolean;
  /** Whether the child leads a session of its own by default; else a group of its own. */
  readonly setsid: boolean;
  /** What is said of a program that cannot be run. */
  readonly exec: { readonly notFound: Failure; readonly notExecutable: Failure; readonly notDirectory: Failure };
  /** What is said, and with which code, of a value that an option cannot have. */
  readonly refusals: {
    readonly code: number;
    readonly signal: string;
    readonly exitCode: string;
    readonly pair: string;
  };
  /** What is said where orphans do not come; null: nothing is. */
  readonly reaperWarning: RegExp | null;
  /** Whether it becomes a subreaper by itself. */
  readonly adopts: boolean;
  /** Whether ignored and blocked signals reach the child; else only what is ignored of the real-time ones. */
  readonly passesDispositions: boolean;
  /** Whether a signal from before the child exists reaches it. */
  readonly keepsEarlySignals: boolean;
  /** Whether it hears of its child's end where SIGCHLD is inherited as ignored. */
  readonly mindsIgnoredChild: boolean;
  /** Signals that are taken as default, or as not blocked, however they were inherited. */
  readonly notPassed: { readonly ignored: readonly number[]; readonly blocked: readonly number[] };
  /** Which variables of its environment the child does not get. */
  readonly dropped: RegExp | null;
  /** Whether it starts where stdin is closed. */
  readonly startsWithoutStdin: boolean;
  /** Its own working directory; null: where it was started. */
  readonly folder: string | null;
  readonly ours?: Partial<Position>;
}

interface Failure {
  readonly code: number;
  /** `PATH` stands for the program's. */
  readonly said: string;
}

function failures(before: string, notFound: number, notExecutable: number, notDirectory: number): Position["exec"] {
  return {
    notFound: { code: notFound, said: `${before}No such file or directory` },
    notExecutable: { code: notExecutable, said: `${before}Permission denied` },
    notDirectory: { code: notDirectory, said: `${before}Not a directory` },
  };
}

const kernelOnly = [9, 17, 19];
/** SIGPWR belongs to the collector of JavaScriptCore. */
const pwr = 30;
/**
 * Bun ignores SIGPIPE and SIGXFSZ, catches what faults raise and SIGPWR, and unblocks that, before it runs a line of ours.
 * And SIGCHLD is caught before the child is there: ignored for a moment longer, a child's exit code could be lost.
 */
const runtime = { ignored: [4, 5, 6, 7, 8, 11, 13, 17, 25, pwr, 31], blocked: [pwr] };
const tiniEnding = [4, 5, 6, 7, 8, 11, 31];

export const tiniPosition: Position = {
  place: "tini",
  options: {
    subreaper: ["-s"],
    group: ["-g"],
    singleChild: null,
    parentDeath: (signal) => ["-p", signal],
    remap: (code) => ["-e", `${code}`],
    rewrite: null,
  },
  signals: { unforwarded: [...kernelOnly, ...tiniEnding, 21, 22], ending: tiniEnding, suspending: [] },
  signalsGroup: false,
  setsid: false,
  exec: failures("exec PATH failed: ", 127, 126, 1),
  refusals: {
    code: 1,
    signal: "Not a valid option for -p: VALUE\n",
    exitCode: "Not a valid option for -e: VALUE\n",
    pair: "",
  },
  reaperWarning: /Tini is not running as PID 1 and isn't registered as a child subreaper\./,
  adopts: false,
  passesDispositions: true,
  keepsEarlySignals: true,
  // Its sigtimedwait(2) is never told of what is ignored.
  mindsIgnoredChild: false,
  notPassed: { ignored: [], blocked: [] },
  dropped: null,
  startsWithoutStdin: false,
  folder: null,
  ours: {
    signals: { unforwarded: [...kernelOnly, ...tiniEnding, 21, 22, pwr], ending: tiniEnding, suspending: [] },
    mindsIgnoredChild: true,
    notPassed: runtime,
    dropped: /^BUN_/,
    startsWithoutStdin: true,
  },
};

export const dumbInitPosition: Position = {
  place: "dumb-init",
  options: {
    subreaper: null,
    group: null,
    singleChild: ["-c"],
    parentDeath: null,
    remap: null,
    rewrite: (from, to) => ["-r", `${from}:${to}`],
  },
  signals: { unforwarded: kernelOnly, ending: [], suspending: [20, 21, 22] },
  signalsGroup: true,
  setsid: true,
  exec: failures("[dumb-init] PATH: ", 2, 2, 2),
  refusals: {
    code: 1,
    signal: "",
    exitCode: "",
    pair: `Usage: -r option takes <signum>:<signum>, where <signum> is between 1 and 31.
This option can be specified multiple times.
Use --help for full usage.
`,
  },
  reaperWarning: null,
  adopts: false,
  passesDispositions: false,
  // Its child has the init's empty handlers for a moment, and those are for nobody.
  keepsEarlySignals: false,
  mindsIgnoredChild: true,
  notPassed: { ignored: [], blocked: [] },
  dropped: null,
  startsWithoutStdin: true,
  folder: "/",
  ours: {
    signals: { unforwarded: [...kernelOnly, pwr], ending: [], suspending: [20, 21, 22] },
    keepsEarlySignals: true,
    dropped: /^BUN_/,
  },
};

export const initPosition: Position = {
  place: "init",
  options: {
    subreaper: ["-s"],
    group: ["-g"],
    singleChild: ["-c"],
    parentDeath: (signal) => ["-p", signal],
    remap: (code) => ["-e", `${code}`],
    rewrite: (from, to) => ["-r", `${from}:${to}`],
  },
  signals: { unforwarded: [...kernelOnly, pwr], ending: [], suspending: [] },
  signalsGroup: false,
  setsid: false,
  exec: failures("PATH: ", 127, 126, 1),
  refusals: {
    code: 2,
    signal: "Cannot use --parent-death-signal ",
    exitCode: "Cannot use --remap-exit VALUE: expected an exit code from 0 to 255",
    pair: "Cannot use --rewrite ",
  },
  reaperWarning: /This is not pid 1, so orphans are taken over as a subreaper/,
  adopts: true,
  passesDispositions: true,
  keepsEarlySignals: true,
  mindsIgnoredChild: true,
  notPassed: runtime,
  dropped: /^BUN_/,
  startsWithoutStdin: true,
  folder: null,
};
