import { type AppOptions, realApp } from "./app.ts";
import type { Json } from "./binary.ts";

export const worker = {
  pid: 31,
  id: "31-50001",
  ppid: 1,
  name: "worker",
  commandLine: "worker --queue=mail",
  container: { id: "0f3c", name: "app", pod: null },
};

/** An app whose register has ids 1 to 5. */
export function registered(options: AppOptions = {}) {
  const app = realApp(options);
  app.bus.emit({ type: "agent.started", data: { version: "0.0.0" } });
  app.bus.emit({ type: "process.started", process: worker });
  app.bus.emit({ type: "signal.sent", process: worker, data: { verb: "terminate", signal: "SIGTERM" } });
  app.bus.emit({
    type: "process.exited",
    process: worker,
    data: { exitCode: 7, signal: null, runSeconds: 1.5 },
    cause: 3,
  });
  app.bus.emit({ type: "process.reaped", process: worker });
  const kept = async (query: string): Promise<number[]> =>
    (await app.json(`/events${query}`))["events"].map(({ id }: Json) => id);
  const live = (path: string, accept: string, headers: Record<string, string> = {}) =>
    app.request(path, { headers: { accept, ...headers } });
  return { ...app, kept, live };
}

export const sse = "text/event-stream";
export const ndjson = "application/x-ndjson";
export const idLines = (text: string): string[] => [...text.matchAll(/^id: .*/gm)].map(([line]) => line);
export const jsonLines = (text: string): Json[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
