import { writeFileSync } from "node:fs";
import { attempt, type Json, run, until } from "./tools.ts";

export const program = "/vm/sexton";

export interface Agent {
  /** Whether it answers, and that it is ready. */
  ready(): Promise<boolean>;
  json(path: string, init?: RequestInit): Promise<Json>;
  post(path: string, body?: Json): Promise<{ readonly status: number; readonly body: Json }>;
  /** The first event of a type that is meant, when it comes. */
  event(type: string, isMeant: (event: Json) => boolean): Promise<Json>;
  /** The sexton command, asking this agent. */
  command(...args: readonly string[]): ReturnType<typeof attempt>;
  stop(): Promise<void>;
}

export function agentAt(url: string, stop: () => Promise<void>, unix?: string): Agent {
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, { ...init, ...(unix !== undefined && { unix }), signal: AbortSignal.timeout(30_000) });
  const json = async (path: string, init?: RequestInit) => (await (await ask(path, init)).json()) as Json;
  return {
    ready: () =>
      ask("/readyz").then(
        ({ ok }) => ok,
        () => false,
      ),
    json,
    async post(path, body) {
      const sent = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
      const answer = await ask(path, { method: "POST", ...sent });
      return { status: answer.status, body: (await answer.json()) as Json };
    },
    event: (type, isMeant) =>
      until(type, async () => ((await json(`/events?types=${type}`))["events"] as Json[]).find(isMeant)),
    command: (...args) => attempt([program, ...args], { SEXTON_LISTEN: unix ? `unix://${unix}` : url.slice(7) }),
    stop,
  };
}

let port = 9099;

export interface Service extends Agent {
  readonly unit: string;
  readonly pid: number;
  /** What it has logged, from its journal. */
  log(): Promise<string>;
}

/** sexton as a service of systemd's, with whatever properties a unit may have; once it answers. */
export async function startService(
  unit: string,
  properties: readonly string[] = [],
  config: Json = {},
): Promise<Service> {
  const address = `127.0.0.1:${port++}`;
  const file = `/run/${unit}.yaml`;
  writeFileSync(file, JSON.stringify({ listen: [address], ...config }));
  // What the service has ended with is known to nobody else once its unit is gone.
  const told = `ExecStopPost=/bin/sh -c 'echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >/run/${unit}.result'`;
  const all = [...properties, told].flatMap((property) => ["-p", property]);
  await run("systemd-run", "--quiet", `--unit=${unit}`, ...all, program, "--config", file);
  const show = async (property: string) => run("systemctl", "show", "--value", "-p", property, unit);
  const log = () => run("journalctl", "--no-pager", "-o", "cat", "-u", unit);
  const stop = async () => void (await attempt(["systemctl", "stop", unit]));
  const agent = agentAt(`http://${address}`, stop);
  try {
    await until(`${unit} to serve`, async () => {
      if ((await show("ActiveState")) !== "active") throw new Error(`${unit} is not active`);
      return agent.ready();
    });
  } catch (cause) {
    const said = await log();
    await stop();
    throw new Error(`${(cause as Error).message}; it said: ${said.slice(-400)}`);
  }
  return { ...agent, unit, pid: Number(await show("MainPID")), log };
}

let main: Promise<Service> | undefined;

/** The one that most is played with: root's, beside nginx, with its folder of configuration watched. */
export function mainAgent(): Promise<Service> {
  main ??= startService("sexton", [], {
    targets: { nginx: { profile: "nginx", exe: "nginx" } },
    zombies: { minAge: "1s" },
    watch: { watches: [{ name: "config", paths: ["/etc/nginx/conf.d"], target: "nginx", settle: "500ms" }] },
  });
  return main;
}
