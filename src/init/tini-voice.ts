import { exitCodeOf, exitedNormally, type Voice, type Write } from "#init/voice.ts";
import { describe } from "#kernel/libc.ts";
import { isTerminal } from "#kernel/terminal.ts";

const ENOTTY = 25;
const ESRCH = 3;

/** The messages of tini 0.19.0, word for word: failures and warnings on stderr, the rest on stdout. */
export function createTiniVoice(verbosity: number, pid: number, out: Write, err: Write): Voice {
  const fatal = (text: string) => err(`[FATAL tini (${pid})] ${text}\n`);
  const at = (least: number, write: Write, level: string) => (text: () => string) => {
    if (verbosity >= least) write(`[${level} tini (${pid})] ${text()}\n`);
  };
  const [warn, info, debug, trace] = [
    at(1, err, "WARN "),
    at(2, out, "INFO "),
    at(3, out, "DEBUG"),
    at(4, out, "TRACE"),
  ];
  return {
    notReaping: () => warn(() => notReaping),
    subreaper: () => trace(() => "Registered as child subreaper"),
    fatal(what, errno) {
      if (what === "pdeathsig") fatal("Failed to set up parent death signal");
      else if (what === "subreaper") fatal(`Failed to register as child subreaper: ${describe("strerror", errno)}`);
      else fatal(`tcsetpgrp failed: ${describe("strerror", errno)}`);
    },
    detached() {},
    // The child tells it, and what it has told is lost with its buffer at its execve(2) unless lines are written at once.
    noTerminal: (errno) =>
      isTerminal(1) &&
      debug(() => `tcsetpgrp failed: ${errno === ENOTTY ? "no tty" : "no such device"} (ok to proceed)`),
    execFailed: (command, errno) => fatal(`exec ${command} failed: ${describe("strerror", errno)}`),
    spawned: (command, child) => info(() => `Spawned child process '${command}' with pid '${child}'`),
    session() {},
    unforwardable() {},
    received(signal) {
      if (signal === 17) debug(() => "Received SIGCHLD");
    },
    handOff() {},
    translated() {},
    forwarding: (signal) => debug(() => `Passing signal: '${describe("strsignal", signal)}'`),
    forwarded(_signal, errno) {
      if (errno === ESRCH) warn(() => "Child was dead when forwarding signal");
      else if (errno !== 0) fatal(`Unexpected error when forwarding signal: '${describe("strerror", errno)}'`);
    },
    dropped() {},
    suspending() {},
    reaped(child, status, isMain) {
      debug(() => `Reaped child with pid: '${child}'`);
      if (!isMain) return;
      if (exitedNormally(status)) info(() => `Main child exited normally (with status '${exitCodeOf(status)}')`);
      else info(() => `Main child exited with signal (with signal '${describe("strsignal", status & 0x7f)}')`);
    },
    nothingToReap: (hasChildren) => trace(() => (hasChildren ? "No child to reap" : "No child to wait")),
    waiting() {},
    killing() {},
    besideFailed() {},
    leaving: () => trace(() => "Exiting: child has exited"),
    warnReaped: (child) => warn(() => `Reaped zombie process with pid=${child}`),
  };
}

const notReaping = `Tini is not running as PID 1 and isn't registered as a child subreaper.
Zombie processes will not be re-parented to Tini, so zombie reaping won't work.
To fix the problem, use the -s option or set the environment variable TINI_SUBREAPER to register Tini as a child subreaper, or run Tini as PID 1.`;
