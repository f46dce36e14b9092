import { createForwarder } from "#init/forward.ts";
import type { Programs } from "#init/programs.ts";
import type { InitSettings } from "#init/settings.ts";
import { SIGCHLD } from "#init/signals.ts";
import type { Started } from "#init/start.ts";
import type { Voice } from "#init/voice.ts";
import { createJobControl } from "#kernel/job-control.ts";
import { collectAny, onCollected } from "#kernel/wait.ts";

const SIGCONT = 18;

export interface Supervision {
  /** A signal was delivered. */
  hear(signal: number): void;
  /** Children may have ended. */
  reap(): void;
  /** As if the signal had come. */
  forward(signal: number): void;
  /** The wait status of the command, once it has ended. */
  readonly ended: Promise<number>;
}

/** What an init does as long as its command lives: forwards signals and collects children, whoever's they were. */
export function supervise(
  settings: InitSettings,
  voice: Voice,
  { pid: command, hasForeground }: Started,
  programs: Pick<Programs, "collected">,
): Supervision {
  const { personality, warnsOnReap } = settings;
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  // Listening for signals does not keep the event loop alive.
  const awake = setInterval(() => {}, 2 ** 31 - 1);
  // Tini leaves a child that a key has stopped where it is; pid 1 cannot be stopped, nor has anybody to tell.
  const isJob = personality === "sexton" && hasForeground && process.pid !== 1;
  const job = isJob ? createJobControl(command) : null;
  const forwarder = createForwarder(settings, voice, command);
  let isOver = false;
  // The agent beside it collects sexton's children, too, if it finds them first.
  onCollected(collected);

  function collected(pid: number, status: number): void {
    // What sexton itself has started is nobody's orphan.
    if (pid !== command && programs.collected(pid, status)) return;
    voice.reaped(pid, status, pid === command);
    if (pid !== command) {
      if (warnsOnReap) voice.warnReaped(pid);
      return;
    }
    isOver = true;
    forwarder.ended();
    clearInterval(awake);
    resolve(status);
  }

  function reap(): void {
    // With the command's end dumb-init looks no further, while tini collects whoever else has ended.
    while (!(isOver && personality === "dumb-init")) {
      const found = collectAny();
      if (typeof found === "string") {
        voice.nothingToReap(found === "none-ended");
        if (!isOver) job?.look();
        return;
      }
      collected(found.pid, found.status);
    }
  }

  return {
    ended,
    reap,
    forward: forwarder.forward,
    hear(signal) {
      voice.received(signal);
      const isDone = signal === SIGCONT && !isOver && job?.resume() === true;
      if (signal !== SIGCHLD && !isDone) forwarder.forward(signal);
      // Tini looks after each signal, and says so.
      if (signal === SIGCHLD || personality === "tini") reap();
    },
  };
}
