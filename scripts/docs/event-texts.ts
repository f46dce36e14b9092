import type { EventType } from "#process/event.ts";
import { age, caller, change, exit, oom, reload, reloadEnd } from "./event-fields.ts";

export interface EventText {
  /** A sentence without its full stop. */
  readonly what: string;
  /** Whom `process` names; null: nobody. */
  readonly about: string | null;
  /** Each field of `data`. */
  readonly data: Readonly<Record<string, string>>;
}

/** What each event tells. The type of this table has every type of event in it. */
export const eventTexts: Readonly<Record<EventType, EventText>> = {
  "agent.started": {
    what: "sexton serves",
    about: null,
    data: {
      version: "its version",
      pid: "its pid",
      run: "the run's name, which the ids are of",
      addresses: "where it listens",
    },
  },
  "agent.stopping": {
    what: "sexton stops",
    about: null,
    data: {
      version: "its version",
      pid: "its pid",
      reason: "`SIGTERM`, `SIGINT`, `app-exited` or `pod-restart`; null: it could not start, or its app has ended",
      ...caller,
      waitedSeconds: "where it has waited for the app: so long",
      left: "where it has waited for the app: which were there still",
    },
  },
  "process.started": { what: "A process was born", about: "that process", data: {} },
  "process.execed": {
    what: "A process has executed another program",
    about: "that process, as it is now",
    data: { before: "`name`, `exe` and `command` of before", after: "the same of now" },
  },
  "process.exited": {
    what: "A process has ended",
    about: "that process",
    data: { ...exit, runSeconds: "how long it has lived", peakRssBytes: "the most memory that was seen", ...oom },
  },
  "process.reaped": {
    what: "A process that had ended was collected by its parent or by pid 1",
    about: "that process",
    data: { ...exit, ...oom, zombieSeconds: "how long it had been a zombie" },
  },
  "process.stray": {
    what: "A process in an app's container belongs to nobody: an exec session or a probe has left it",
    about: "that process",
    data: {
      reason: "`exec-session` or `orphan`",
      origin: "`main`, `exec` or `unknown`: whom it descends from",
      ageSeconds: "for how long it has been one",
      session: "its session; null: one from outside of the namespace",
      sessionLeaderGone: "whether the session's leader has ended",
      tty: "whether it has a terminal",
      descendants: "how many descend from it",
    },
  },
  "zombie.detected": {
    what: "A process that has ended was not collected for `zombies.minAge`",
    about: "the zombie, as it lived",
    data: {
      ...exit,
      cause: "`parent-not-waiting`, `init-not-reaping`, `parent-outside-namespace` or `traced`",
      parent: "who is to collect it",
      origin: "`main`, `exec` or `unknown`: whom it descends from",
      ...age,
    },
  },
  "zombie.reaped": {
    what: "A zombie that was told is gone",
    about: "the zombie, as it lived",
    data: {
      by: "`parent`, `init` or `sexton`",
      strategy: "the remedy that did it; null: none of sexton's",
      parent: "its parent",
      ...age,
    },
  },
  "zombie.remedy": {
    what: "sexton has tried to have zombies of one parent collected",
    about: "the parent",
    data: {
      remedy: "`wait`, `nudge`, `adopt` or `terminate-parent`",
      by: "`config` or `request`",
      outcome: "`reaped`, `partly`, `gone`, `refused` or `failed`",
      detail: "why not",
      zombies: "their ids, the first of them",
      count: "how many they were",
      reaped: "how many were collected",
      microseconds: "how long all of it took",
      stoppedMicros: "how long a thread of the parent was stopped",
      borrowedMicros: "how long its call was sexton's",
      ...caller,
    },
  },
  "signal.sent": {
    what: "sexton has sent a signal",
    about: "the receiver",
    data: {
      verb: "what was asked for; null: the signal itself",
      signal: "its name",
      number: "its number",
      target: "the target's name",
      disposition: "what the receiver does with it",
      force: "whether it was forced",
      remedy: "`terminate-parent`, where it was for zombies",
      by: "`config` or `request`, where it was for zombies",
      ...caller,
    },
  },
  "signal.refused": {
    what: "A signal was asked for and not sent",
    about: "who would have received it, where that is known",
    data: {
      verb: "what was asked for",
      target: "to whom",
      pid: "or to which process",
      signal: "the signal that it comes to, where that was known",
      force: "whether it was to be forced",
      kind: "why, as the answer has it",
      detail: "the sentence of the answer",
      unsaid: "how many refusals before this one were left out",
      ...caller,
    },
  },
  "request.refused": {
    what: "A request that would have changed something was refused before anything else knew of it",
    about: null,
    data: {
      method: "its method",
      path: "its path",
      status: "the status of the answer",
      kind: "why, as the answer has it",
      detail: "the sentence of the answer, unless it quotes the request",
      unsaid: "how many refusals before this one were left out",
      ...caller,
    },
  },
  "config.changed": {
    what: "What a watch watches is another",
    about: null,
    data: {
      ...change,
      path: "its first path",
      generation: "where `..data` leads in a volume of the kubelet's",
      files: "how many files there are",
    },
  },
  "config.rejected": {
    what: "New content was not fit for the app, which is not told of it",
    about: null,
    data: {
      ...change,
      file: "the file that was not fit",
      line: "where in it",
      column: "where in it",
      reason: "a sentence of sexton's own, which quotes nothing of it",
    },
  },
  "reload.started": { what: "An app was told to reload", about: "that app's process", data: reload },
  "reload.confirmed": { what: "A reload has taken effect, with proof", about: "that app's process", data: reloadEnd },
  "reload.unconfirmed": {
    what: "The app lives, and nothing shows that the reload has taken effect",
    about: "that app's process",
    data: reloadEnd,
  },
  "reload.failed": {
    what: "The app has ended, says that it refused, or could not be told",
    about: "that app's process",
    data: reloadEnd,
  },
  "reload.requested": { what: "A reload was asked for", about: null, data: { watch: "of this watch", ...caller } },
  "reload.held": {
    what: "Reloads are put off",
    about: null,
    data: { watch: "of this watch", forSeconds: "for so long", ...caller },
  },
  "reload.released": { what: "They no longer are", about: null, data: { watch: "of this watch", ...caller } },
  "hook.started": {
    what: "A hook has begun: somebody has called `GET /hooks/{name}`, and it did not run",
    about: null,
    data: { hook: "its name", action: "`signal`, `reload` or `hold`", ...caller },
  },
  "hook.ended": {
    what: "A hook is over",
    about: null,
    data: {
      hook: "its name",
      status: "`done` or `failed`",
      detail: "what came of it, in a sentence",
      kind: "of the refusal that it failed by, as in the API's problems",
      durationSeconds: "from its start",
      calls: "how many have called meanwhile",
    },
  },
  "container.started": {
    what: "The first process of a container was seen",
    about: null,
    data: {
      container: "its `id` and `name`",
      mainPid: "the pid of its first process",
      restart: "whether there was one of that name before",
    },
  },
  "container.exited": {
    what: "The last process of a container is gone",
    about: null,
    data: {
      container: "its `id` and `name`",
      mainPid: "the pid that its first process had",
      ...exit,
      ...oom,
    },
  },
  "pids.pressure": {
    what: "The pids are getting scarce, or are no longer: at 80 and 95 %, over below 75 and 90",
    about: null,
    data: {
      scope: "`pod` or `container`",
      container: "which one",
      level: "the new level: `ok`, `warning` or `critical`",
      current: "tasks there are",
      limit: "and may be",
      source: "where the limit comes from",
      counts: "whose tasks are counted: `container`, `pod`, `namespace` or `node`",
      percent: "current of limit",
      zombies: "how many of them are zombies",
      secondsToExhaustion: "if it goes on like this; null: it does not grow",
      growing: "what grows",
    },
  },
  "events.lost": {
    what: "Events that the reader has asked for are no longer kept, or are of another run",
    about: null,
    data: {
      from: "the first that is missing",
      to: "the last; null: nobody knows",
      reason: "`no longer kept` or `restarted`",
      run: "whose ids `from` counts in, where that is another run",
    },
  },
};
