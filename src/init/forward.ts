import { stops } from "#init/dumb-init.ts";
import type { InitSettings } from "#init/settings.ts";
import type { Voice } from "#init/voice.ts";
import { signalChild, signalGroup, stopSelf } from "#kernel/signal-child.ts";

/** What goes on in the place of a signal; 0 for nothing. */
export function rewrite(signal: number, rewrites: ReadonlyMap<number, number>): number {
  return rewrites.get(signal) ?? signal;
}

export interface Forwarder {
  forward(signal: number): void;
  /** The command has been collected: its pid may be another's from now on, but its group's id while it has members. */
  ended(): void;
}

export function createForwarder(settings: InitSettings, voice: Voice, child: number): Forwarder {
  const { rewrites, toGroup, suspends } = settings;
  let isThere = true;
  const ESRCH = 3;
  const send = (signal: number) => {
    if (toGroup) return signalGroup(child, signal);
    return isThere ? signalChild(child, signal) : ESRCH;
  };
  return {
    ended() {
      isThere = false;
    },
    forward(signal) {
      const wanted = rewrite(signal, rewrites);
      if (rewrites.has(signal)) voice.translated(signal, wanted);
      if (wanted === 0) voice.dropped(signal);
      else {
        voice.forwarding(wanted);
        voice.forwarded(wanted, send(wanted));
      }
      if (suspends && isThere && stops.includes(signal)) {
        voice.suspending();
        stopSelf();
      }
    },
  };
}
