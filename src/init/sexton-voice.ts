import { exitCodeOf, exitedNormally, type Voice, type Write } from "#init/voice.ts";
import { describe } from "#kernel/libc.ts";
import { signalName } from "#process/signal.ts";

const name = (signal: number) => signalName(signal) ?? `signal ${signal}`;
const reason = (errno: number) => describe("strerror", errno);

/** Sentences, each on its line: 1 warnings and notes, 2 what becomes of the command, 3 signals and orphans, 4 all. */
export function createSextonVoice(verbosity: number, err: Write): Voice {
  const at = (least: number) => (text: () => string) => {
    if (verbosity >= least) err(`sexton: ${text()}\n`);
  };
  const [always, note, info, debug, trace] = [at(0), at(1), at(2), at(3), at(4)] as const;
  return {
    notReaping() {},
    subreaper: (automatic) =>
      (automatic ? note : info)(
        () =>
          "This is not pid 1, so orphans are taken over as a subreaper (prctl(2)); --subreaper says so without a note",
      ),
    fatal: (what, errno) => always(() => `Cannot run the command: ${failures[what]} failed: ${reason(errno)}`),
    detached: (errno) =>
      debug(() => (errno === 0 ? "The terminal is given to the command's session" : `No terminal: ${reason(errno)}`)),
    noTerminal: (errno) => debug(() => `No terminal to give to the command: ${reason(errno)}`),
    execFailed: (command, errno) => always(() => `Cannot run ${command}: ${reason(errno)}`),
    spawned: (command, pid) => info(() => `${command} runs as process ${pid}`),
    session(errno) {
      if (errno !== 0) debug(() => `The command's session has no terminal: ${reason(errno)}`);
    },
    unforwardable: (numbers) =>
      debug(() => `Not forwarded, since descriptors of their numbers were inherited: ${numbers.map(name).join(", ")}`),
    received: (signal) => trace(() => `Received ${name(signal)}`),
    handOff: (signal) => debug(() => `${name(signal)} comes of giving the terminal up, and is not forwarded`),
    translated: (from, to) => debug(() => `${name(from)} is rewritten to ${to === 0 ? "nothing" : name(to)}`),
    forwarding() {},
    forwarded: (signal, errno) =>
      debug(() => (errno === 0 ? `Forwarded ${name(signal)}` : `Cannot forward ${name(signal)}: ${reason(errno)}`)),
    dropped: (signal) => debug(() => `${name(signal)} is dropped`),
    suspending: () => debug(() => "Stopped until SIGCONT"),
    reaped(pid, status, isMain) {
      const text = () =>
        exitedNormally(status) ? `exited with ${exitCodeOf(status)}` : `ended by ${name(status & 0x7f)}`;
      (isMain ? info : debug)(() => `${isMain ? "The command" : "Orphan"} (process ${pid}) ${text()}`);
    },
    warnReaped: (pid) => note(() => `Reaped zombie process with pid=${pid}`),
    nothingToReap() {},
    waiting: (processes, graceMs) =>
      info(() => `The command has ended; ${processes} others got SIGTERM and have ${graceMs} ms`),
    killing: (processes) => note(() => `The grace is over: SIGKILL to ${processes} that are left`),
    besideFailed: (cause) => note(() => `The agent beside the command does not run: ${cause}`),
    leaving: (code) => info(() => `Exit ${code}`),
  };
}

const failures = {
  pdeathsig: "PR_SET_PDEATHSIG",
  subreaper: "PR_SET_CHILD_SUBREAPER",
  tcsetpgrp: "giving it the terminal",
} as const;
