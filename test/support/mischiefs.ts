import { writeFileSync } from "node:fs";
import type { startAgent } from "./binary.ts";
import type { Mischief, randomFrom } from "./chaos.ts";
import { type createCrowd, followEvents } from "./crowd.ts";
import type { createNamespace } from "./namespace.ts";
import type { startReceiver } from "./otlp/receiver.ts";
import type { compileParent } from "./parent.ts";

/** The app that is reloaded by a signal, and the one that is by HTTP. */
export interface ChaosApp {
  isHttpUp: boolean;
  readonly start: () => Bun.Subprocess;
  process: Bun.Subprocess;
}

interface World {
  readonly namespace: Awaited<ReturnType<typeof createNamespace>>;
  readonly crowd: ReturnType<typeof createCrowd>;
  readonly parents: ReturnType<typeof compileParent>;
  readonly receiver: Awaited<ReturnType<typeof startReceiver>>;
  readonly agent: Awaited<ReturnType<typeof startAgent>>;
  readonly pid: number;
  readonly random: ReturnType<typeof randomFrom>;
  readonly started: Bun.Subprocess[];
  readonly streams: ReturnType<typeof followEvents>[];
  readonly watched: string;
  readonly config: string;
  readonly url: string;
  readonly app: ChaosApp;
  /** Asks, and notes what is no answer. */
  readonly ask: (path: string, init?: RequestInit) => void;
  /** Sends it to anybody. */
  readonly kill: (signal: NodeJS.Signals) => void;
}

export const configOf = (watched: string, url: string, minAge: string) => `
zombies: { minAge: ${minAge}, remedy: adopt }
limits: { mutations: 10000 }
# The register is what sexton keeps on purpose, so here it keeps little.
events: { maxEvents: 500 }
targets: { app: { args: chaos-app } }
watch:
  - { name: files, paths: [${watched}], target: app, settle: 100ms, rescan: 2s }
  - { name: http, paths: [${watched}], settle: 50ms, http: { url: "${url}", method: POST } }
`;

/** All that may happen to an agent in two minutes. */
export function mischiefs({
  namespace,
  crowd,
  parents,
  receiver,
  agent,
  pid,
  random,
  started,
  streams,
  watched,
  config,
  url,
  app,
  ask,
  kill,
}: World): Mischief[] {
  let generation = 0;
  return [
    { name: "birth", weight: 12, act: () => void started.push(namespace.start(["sleep", "1601"])) },
    { name: "kill", weight: 10, act: () => kill("SIGKILL") },
    { name: "term", weight: 5, act: () => kill("SIGTERM") },
    {
      name: "family",
      weight: 4,
      act: () => void started.push(namespace.start(["sh", "-c", "for i in 1 2 3; do sleep 1602 & done; sleep 1603"])),
    },
    {
      name: "zombies",
      weight: 5,
      act: () =>
        void started.push(
          namespace.start(parents.command(random.pick(["never", "soon", "handler", "vain"] as const) ?? "never", 4)),
        ),
    },
    { name: "storm", weight: 2, act: () => crowd.fork(random.between(50, 600), random.between(0, 60), 1) },
    { name: "write", weight: 6, act: () => writeFileSync(watched, `${++generation}`) },
    {
      name: "swap of sexton's own settings",
      weight: 2,
      act: () => {
        writeFileSync(
          config,
          random.next() < 0.2 ? "nonsense: [" : configOf(watched, url, random.pick(["500ms", "1s", "3s"]) ?? "1s"),
        );
        process.kill(pid, "SIGHUP");
      },
    },
    {
      name: "collector",
      weight: 4,
      act: async () => {
        const how = random.between(0, 5);
        if (how === 0) receiver.behave({ kind: "hang" });
        else if (how === 1) receiver.behave({ kind: "status", status: 503 });
        else if (how === 2) receiver.behave({ kind: "slow", delayMs: 700 });
        else if (how === 3) await receiver.close();
        else {
          receiver.behave({ kind: "take" });
          await receiver.open();
        }
      },
    },
    {
      name: "app",
      weight: 1,
      act: () => {
        app.isHttpUp = !app.isHttpUp;
        if (app.process.exitCode !== null || app.process.signalCode !== null) app.process = app.start();
      },
    },
    {
      name: "stream",
      weight: 8,
      act: () => {
        if (streams.length < 30) streams.push(followEvents(agent.url));
      },
    },
    { name: "stream's end", weight: 7, act: () => streams.splice(random.between(0, 30), 1)[0]?.close() },
    { name: "stream's pause", weight: 2, act: () => void random.pick(streams)?.socket.pause() },
    {
      name: "stop",
      weight: 2,
      act: async () => {
        process.kill(pid, "SIGSTOP");
        await Bun.sleep(random.between(1, 1_500));
        process.kill(pid, "SIGCONT");
      },
    },
    {
      name: "reload",
      weight: 3,
      act: () => ask(`/reloads/${random.pick(["files", "http"])}`, { method: "POST" }),
    },
    { name: "signal", weight: 4, act: () => ask("/signal/reload?target=app&wait=1s", { method: "POST" }) },
    {
      name: "reap",
      weight: 4,
      act: () =>
        ask(`/zombies/reap?strategy=${random.pick(["nudge", "adopt", "auto"])}&minAgeSeconds=0`, {
          method: "POST",
        }),
    },
    {
      name: "read",
      weight: 10,
      act: () =>
        ask(
          random.pick([
            "/processes",
            "/zombies",
            "/metrics",
            "/doctor",
            "/reloads",
            "/containers",
            "/events?limit=100",
          ]) ?? "/",
        ),
    },
  ];
}
