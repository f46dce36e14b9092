import { exitCodeOf, exitedNormally, type Voice, type Write } from "#init/voice.ts";
import { describe } from "#kernel/libc.ts";

/** The messages of dumb-init 1.2.5, word for word; all but failures are for its debug mode. */
export function createDumbInitVoice(verbosity: number, err: Write): Voice {
  const print = (text: string) => err(`[dumb-init] ${text}\n`);
  const debug = (text: () => string) => {
    if (verbosity > 1) print(text());
  };
  const reason = (errno: number) => `(errno=${errno} ${describe("strerror", errno)})`;
  return {
    notReaping() {},
    subreaper() {},
    fatal() {},
    detached: (errno, led) =>
      debug(() => {
        if (errno !== 0) return `Unable to detach from controlling tty ${reason(errno)}.`;
        return led
          ? "Detached from controlling tty, ignoring the first SIGHUP and SIGCONT we receive."
          : "Detached from controlling tty, but was not session leader.";
      }),
    noTerminal() {},
    execFailed: (command, errno) => print(`${command}: ${describe("strerror", errno)}`),
    spawned: (_command, pid) => debug(() => `Child spawned with PID ${pid}.`),
    session(errno) {
      if (errno !== 0) debug(() => `Unable to attach to controlling tty ${reason(errno)}.`);
      debug(() => "setsid complete.");
    },
    unforwardable() {},
    received: (signal) => debug(() => `Received signal ${signal}.`),
    handOff: (signal) => debug(() => `Received signal ${signal}.\n[dumb-init] Ignoring tty hand-off signal ${signal}.`),
    translated: (from, to) => debug(() => `Translating signal ${from} to ${to}.`),
    forwarding() {},
    forwarded: (signal) => debug(() => `Forwarded signal ${signal} to children.`),
    dropped: (signal) => debug(() => `Not forwarding signal ${signal} to children (ignored).`),
    suspending: () => debug(() => "Suspending self due to TTY signal."),
    reaped(pid, status) {
      if (exitedNormally(status)) debug(() => `A child with PID ${pid} exited with exit status ${exitCodeOf(status)}.`);
      else debug(() => `A child with PID ${pid} was terminated by signal ${status & 0x7f}.`);
    },
    warnReaped() {},
    nothingToReap() {},
    waiting() {},
    killing() {},
    besideFailed() {},
    leaving: (code) => debug(() => `Child exited with status ${code}. Goodbye.`),
  };
}
