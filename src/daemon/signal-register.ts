import type { Clock } from "#base/clock.ts";
import type { Problem } from "#base/errors.ts";
import type { Log } from "#base/log.ts";
import { createSample } from "#base/sample.ts";
import type { SignalReport, SignalRequest } from "#daemon/agent.ts";
import type { Bus } from "#daemon/bus.ts";
import type { Causes } from "#daemon/causes.ts";
import type { Follow } from "#daemon/perform.ts";
import { createReloadFollow } from "#daemon/reload/follow.ts";
import { eventProcess } from "#daemon/watch/register.ts";
import type { Target } from "#policy/target.ts";
import type { Intent } from "#policy/verb.ts";
import type { Disposition } from "#process/disposition.ts";
import { formatId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";

/** Where signals are told: the log for people, the register for whatever follows from them. */
export interface SignalMeans {
  readonly log?: Pick<Log, "info" | "warn">;
  readonly bus?: Bus;
  readonly causes?: Causes;
}

/** Tells each signal that was sent or refused; dry runs are told nowhere. */
export interface SignalRegister {
  /** Right after the sending: what it causes must come after it. A reload is to be followed for the one returned. */
  sent(request: SignalRequest, target: Target, intent: Intent, disposition: Disposition): Follow | null;
  /** When the outcome is known, or nobody waits for it any more. */
  followed(request: SignalRequest, report: SignalReport): void;
  refused(request: SignalRequest, receiver: Process | null, problem: Problem): void;
  /** Resolves when the reloads that are being followed are told as they are known by now. */
  stop(): Promise<void>;
}

/** Of a flood of refused signals at first so many are told and then one each second, with how many were left out. */
const flood = { atOnce: 500, eachMs: 1_000 };

/** What callers write goes into the register and the log, and not at any length. */
const longestText = 200;

export function createSignalRegister(clock: Clock, { log, bus, causes }: SignalMeans): SignalRegister {
  const reloads = bus && createReloadFollow(bus);
  const sample = createSample(() => performance.now(), flood);
  return {
    sent(request, { name, process: receiver }, { verb, signal }, disposition) {
      if (!bus) return null;
      const { force, trace = null, cause = null, proof = null, watch = null, caller } = request;
      const process = eventProcess(receiver);
      const data = { verb, signal: signal.name, number: signal.number, target: name, disposition, force };
      const who = caller ? { caller } : {};
      const id = bus.emit({ type: "signal.sent", process, data: { ...data, ...who }, trace, cause });
      causes?.signalled(receiver.pid, receiver.startTicks, id, clock());
      if (!reloads || !isReload(request, verb)) return null;
      const reload = { process, target: name, verb: verb ?? signal.name, watch };
      return reloads.started(reload, id, proof?.waitMs, proof?.enough);
    },
    followed(request, { target, intent, outcome }) {
      if (request.dryRun) return;
      const { process } = target;
      log?.info("signal sent", {
        ...asked(request),
        signal: intent.signal.name,
        receiver: formatId(process),
        name: process.name,
        ...byWhom(request),
        outcome: outcome?.status ?? null,
      });
    },
    refused(request, receiver, { kind, detail, facts }) {
      if (request.dryRun) return;
      const unsaid = sample();
      if (unsaid === null) return;
      const { caller } = request;
      const what = asked(request);
      const text = cut(detail, 2 * longestText);
      log?.warn("signal refused", { ...what, ...byWhom(request), kind, detail: text });
      const { verb, target, pid } = what;
      const data = { verb, target, pid, force: request.force, kind, detail: text };
      bus?.emit({
        type: "signal.refused",
        process: receiver && eventProcess(receiver),
        data: {
          ...data,
          // What a verb came to, where the refusal knows.
          ...(typeof facts?.["signal"] === "string" ? { signal: facts["signal"] } : {}),
          ...(caller ? { caller } : {}),
          ...(unsaid > 0 ? { unsaid } : {}),
        },
        trace: request.trace ?? null,
        cause: request.cause ?? null,
      });
    },
    stop: async () => reloads?.stop(),
  };
}

/** Whatever a watch sends is meant as a reload. */
export function isReload({ watch = null }: Pick<SignalRequest, "watch">, verb: string | null): boolean {
  return verb === "reload" || watch !== null;
}

function byWhom({ caller }: SignalRequest) {
  return caller ? { caller: caller.name ?? (caller.uid === null ? caller.address : `uid ${caller.uid}`) } : {};
}

function asked({ verb, target, process: ref, watch = null }: SignalRequest) {
  return {
    verb: cut(verb),
    target: target == null ? null : cut(target),
    pid: ref?.pid ?? null,
    ...(watch !== null && { watch }),
  };
}

function cut(text: string, length = longestText): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
