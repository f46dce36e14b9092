import { createBus } from "#daemon/bus.ts";
import { readContent } from "#daemon/content/read.ts";
import { watchContent } from "#daemon/content/watch.ts";
import type { Applied, Apply } from "#daemon/evidence/apply.ts";
import type { ReloaderMeans } from "#daemon/reload/means.ts";
import { createReloader } from "#daemon/reload/reloader.ts";
import { validate } from "#daemon/validate/validate.ts";
import type { RegisterEvent } from "#process/event.ts";
import type { WatchSettings, WatchState } from "#process/reload.ts";
import { type ContentFolder, contentFolder } from "./content-folder.ts";
import { eventually } from "./poll.ts";

export const confirmed: Applied = { status: "confirmed", evidence: [], detail: null, process: "1-1" };

/** Quick, so that a test need not wait as long as a person would. */
export function watchSettings(more: Partial<WatchSettings> & Pick<WatchSettings, "paths">): WatchSettings {
  return {
    name: "app",
    target: null,
    verb: "reload",
    settleMs: 60,
    settleMostMs: 600,
    rescanMs: 60_000,
    minSpacingMs: 0,
    splayMs: 0,
    validate: null,
    http: null,
    proof: { waitMs: 100, http: null },
    retry: { on: "failed", leastMs: 150, mostMs: 600 },
    ...more,
  };
}

/** A reloader over real files; `apply` is what the test has for an app. */
export function reloaderOver(
  watch: (folder: ContentFolder) => Partial<WatchSettings> | readonly Partial<WatchSettings>[],
  apply: Apply = async () => confirmed,
  means: Partial<ReloaderMeans> = {},
  prepare: (folder: ContentFolder) => void = (folder) => void folder.write("conf/app.conf", "one"),
) {
  const folder = contentFolder();
  prepare(folder);
  const bus = createBus(Date.now);
  const events: RegisterEvent[] = [];
  bus.listen((event) => void events.push(event));
  const settings = [watch(folder)].flat().map((more) => watchSettings({ paths: [folder.path("conf")], ...more }));
  const calls: { readonly watch: WatchSettings; readonly about: Parameters<Apply>[1]; readonly at: number }[] = [];
  const log = { info() {}, warn() {}, error() {} };
  const reloader = createReloader({
    clock: Date.now,
    bus,
    log,
    settings,
    podName: "pod-1",
    watchContent,
    readContent,
    validate,
    preview: async () => null,
    oldWorkers: () => 0,
    ageOf: () => null,
    targetProblem: () => null,
    findSubPath: () => null,
    ...means,
    apply(watch, about) {
      calls.push({ watch, about, at: Date.now() });
      return apply(watch, about);
    },
  });
  const state = (name = "app") => reloader.watches().find(({ settings }) => settings.name === name) as WatchState;
  return {
    folder,
    bus,
    events,
    calls,
    settings,
    reloader,
    state,
    of: (type: string) => events.filter((event) => event.type === type),
    /** Started, and what there is has been read. */
    async begin() {
      reloader.start();
      await eventually("the first reading", () => reloader.watches().every(({ content }) => content !== null));
    },
    /** Nothing is to come, and what there is has been taken. */
    rest: (name = "app") =>
      eventually("rest", () => {
        const { pending, appliedHash, content } = state(name);
        return pending === null && content !== null && appliedHash === content.hash;
      }),
    async [Symbol.asyncDispose]() {
      await reloader.stop();
      folder.remove();
    },
  };
}
