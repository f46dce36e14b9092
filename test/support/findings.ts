import type { Symptoms } from "#policy/doctor.ts";
import type { InotifyLook } from "#policy/findings/inotify.ts";
import type { UserLook } from "#policy/findings/rights.ts";
import { budgetOf } from "#policy/pids.ts";
import type { SignalReceiver } from "#process/disposition.ts";
import type { Process } from "#process/process.ts";
import { type StandardSignal, signalNumber } from "#process/signal.ts";
import { podOf, type Row } from "./processes.ts";

/** What each is like where nothing is wrong; a test says what is. */

export const wellInotify: InotifyLook = {
  refusal: null,
  most: { instances: 128, watches: 65_536 },
  mostQueued: 16_384,
  own: { instances: 1, watches: 4 },
  others: { instances: 0, watches: 0, processes: 1 },
  uncounted: 0,
};

export function wellUser(tried: Process, faults: Partial<UserLook> = {}): UserLook {
  const { uid, gid } = tried.facts;
  const readable = { exe: true, environ: true, fds: true, attach: true };
  return { uid, gid, processes: 1, tried, readable, maySignal: true, signalRefusal: null, readingFix: null, ...faults };
}

const maskOf = (signals: readonly StandardSignal[]) =>
  signals.reduce((mask, name) => mask | (1n << BigInt(signalNumber(name) - 1)), 0n);

/** What a process does with signals, by their names. */
export function receiver({
  caught = [],
  ignored = [],
  namespaceInit = false,
}: {
  readonly caught?: readonly StandardSignal[];
  readonly ignored?: readonly StandardSignal[];
  readonly namespaceInit?: boolean;
}): SignalReceiver {
  const masks = { caught: maskOf(caught), ignored: maskOf(ignored), blocked: 0n };
  return { masks, namespaceInit, awaitsSignals: false };
}

/** Of a pod with sexton and one app that does all that it should. */
export function wellSymptoms(row: Partial<Row> = {}): Symptoms {
  const table = podOf({ pid: 9, name: "nginx", in: "web", ...row });
  const app = table.byPid.get(9) as Process;
  const pod = budgetOf({ source: null, limit: null, current: 9, counts: "pod" }, 0, null);
  const hears = receiver({ caught: ["SIGTERM", "SIGHUP"] });
  return {
    reduced: null,
    watch: { mechanism: "aio", watched: 9, swept: 0 },
    pids: { pod, containers: new Map(), pods: new Map() },
    zombies: [],
    watches: [],
    listeners: [{ address: "127.0.0.1:9099", tls: false, auth: false, role: "operate" }],
    credentials: null,
    delivery: { losses: null, lastErrorAt: null },
    examination: {
      table,
      place: "shared",
      hidepid: null,
      containers: [
        { container: app.container, role: "app", main: app, processes: 1, users: [wellUser(app)], subPaths: [] },
      ],
      mains: [{ main: app, receiver: hears, children: [] }],
      targets: [],
      main: { name: "web", process: app, container: app.container, profile: null, verbs: {} },
      inotify: wellInotify,
      missing: [],
      namesProblem: null,
      memory: { limit: 128 * 2 ** 20, workingSet: 40 * 2 ** 20 },
    },
  };
}
