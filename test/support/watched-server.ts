import { join } from "node:path";
import type { ReloadRecord, WatchSettings, WatchState } from "#process/reload.ts";
import { createServedReloader, type ServedReloader } from "#serve/reloader.ts";
import { eventually } from "./poll.ts";
import { watchSettings } from "./reloader.ts";
import { type ReloadingAgent, reloadingAgent } from "./reloading.ts";
import { type Server, type ServerOptions, startServer } from "./servers.ts";

export interface WatchedServer extends AsyncDisposable {
  readonly server: Server;
  readonly sexton: ReloadingAgent;
  readonly reloads: ServedReloader;
  state(): WatchState;
  /** Writes it, and waits for the end of the reload that it leads to. */
  change(file: string, text: string): Promise<ReloadRecord>;
}

/** A real server, and all of sexton that looks after its folder `conf`, from the file to the signal and its proof. */
export async function watchedServer(options: ServerOptions, more: Partial<WatchSettings> = {}): Promise<WatchedServer> {
  const server = await startServer(options);
  // Outside of what is watched.
  server.write("target.pid", `${server.pid}\n`);
  const sexton = reloadingAgent({ app: { pidFile: join(server.folder, "target.pid") } });
  const settings = watchSettings({
    paths: [join(server.folder, "conf")],
    target: "app",
    settleMs: 200,
    proof: { waitMs: 3_000, http: null },
    retry: { on: "never", leastMs: 60_000, mostMs: 60_000 },
    ...more,
  });
  const log = { info() {}, warn() {}, error() {}, setLevel() {} } as never;
  const { agent, bus, root } = sexton;
  const reloads = createServedReloader({
    root,
    bus,
    log,
    agent,
    settings: [settings],
    podName: "pod",
    runProgram: null,
  });
  const state = () => reloads.watches()[0] as WatchState;
  await sexton.waitForTarget("app");
  reloads.start();
  // What is newer than the server's start is reloaded at once; it was written right before that.
  await eventually("the first reading", () => state().content !== null && state().pending === null);
  return {
    server,
    sexton,
    reloads,
    state,
    async change(file, text) {
      const before = reloads.records()[0]?.id ?? 0;
      server.write(`conf/${file}`, text);
      return eventually("the reload", () => {
        const record = reloads.records().find(({ id }) => id === before + 1);
        return record && record.status !== "running" ? record : null;
      });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([reloads.stop(), sexton.stop()]);
      await server.close();
    },
  };
}
