import { afterAll, afterEach, beforeAll } from "bun:test";
import { type About, createApply } from "#daemon/evidence/apply.ts";
import type { WatchSettings } from "#process/reload.ts";
import { linesOf } from "./lines.ts";
import { type ReloadingAgent, reloadingAgent } from "./reloading.ts";
import { watchSettings } from "./reloads.ts";

/** For a file of tests: one agent, a watch of it, and apps in Python that end with the test that started them. */
export function applying() {
  const mark = `apply-${process.pid}-${Math.random().toString(36).slice(2)}`;
  let running: ReloadingAgent | null = null;
  const apps: Bun.Subprocess[] = [];
  beforeAll(() => {
    running = reloadingAgent({ app: { args: mark } });
  });
  afterAll(() => running?.stop());
  afterEach(async () => {
    for (const app of apps.splice(0)) {
      app.kill(9);
      await app.exited;
    }
  });
  const sexton = () => {
    if (!running) throw new Error("The agent runs for as long as the tests do");
    return running;
  };
  const watch: WatchSettings = watchSettings({
    name: "app-conf",
    paths: ["/etc/app"],
    target: "app",
    proof: { waitMs: 300, http: null },
    retry: { on: "never", leastMs: 1_000, mostMs: 1_000 },
  });
  return {
    sexton,
    watch,
    apply(more: Partial<WatchSettings> = {}, about: Partial<About> = {}) {
      const [abort, enough] = [new AbortController().signal, new AbortController().signal];
      const said = { cause: null, trace: null, opened: null, abort, enough, ...about };
      return createApply(sexton())({ ...watch, ...more }, said);
    },
    async start(onHup: string) {
      const text = `import signal, sys, time\ndef hup(*_): ${onHup}\nsignal.signal(signal.SIGHUP, hup)\nsignal.signal(signal.SIGUSR1, hup)\nprint('ready')\nwhile True: signal.pause()`;
      const argv = ["python3", "-u", "-c", text, mark];
      const app = Bun.spawn(argv, { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
      apps.push(app);
      await linesOf(app.stdout).waitFor("ready");
      return app.pid;
    },
    /** What was told since, without the births and ends of the machine's other processes. */
    tellings() {
      const { events } = sexton();
      const from = events.length;
      return () => events.slice(from).filter(({ type }) => /^(signal|reload|config)\./.test(type));
    },
  };
}
