import * as z from "zod/mini";
import { problem } from "#base/errors.ts";
import type { Health } from "#daemon/health.ts";
import { answer, text } from "#http/answer.ts";
import { endpoint } from "#http/endpoint.ts";
import { prettySchema } from "#http/schemas/query.ts";
import { settingsTable } from "#process/settings-table.ts";

const query = z.strictObject({ pretty: prettySchema });
/** A probe is not the place to be strict: `?verbose` is what people append to the kubelet's own endpoints. */
const probeQuery = z.looseObject({});

/** That this answers is the proof: the event loop turns. It asks nothing else, so that nothing else can fail it. */
export const livez = endpoint({
  summary: "The loops turn",
  tag: "Service",
  query: probeQuery,
  handle: ({ c }) => text(c, "ok\n"),
});

export const startupz = endpoint({
  summary: "The first scan is done",
  tag: "Service",
  query: probeQuery,
  handle: ({ c, service }) =>
    service.health.started()
      ? text(c, "ok\n")
      : problem("unavailable", "Not started: the first scan of /proc is not done yet."),
});

/** After the whole process stood still (SIGSTOP, a frozen cgroup) a request may be heard before the timers that are overdue. */
const overdueMs = 50;

async function lastingProblems(health: Health): Promise<Record<string, string>> {
  if (Object.keys(health.problems()).length > 0) await Bun.sleep(overdueMs);
  return health.problems();
}

export const readyz = endpoint({
  summary: "Listeners and watchers are alive",
  tag: "Service",
  query: probeQuery,
  async handle({ c, service }) {
    const problems = await lastingProblems(service.health);
    const named = Object.entries(problems).map(([name, sentence]) => `${name}: ${sentence}`);
    const notes = Object.entries(service.health.notes()).map(([name, sentence]) => `${name}: ${sentence}\n`);
    return named.length === 0
      ? text(c, `ok\n${notes.join("")}`)
      : problem("unavailable", `Not ready: ${named.join("; ")}.`, { problems });
  },
});

export const showConfig = endpoint({
  summary: "The settings in force, and where each came from",
  tag: "Service",
  query,
  handle({ c, query, service }) {
    const settings = service.explain();
    return answer(
      c,
      query.pretty,
      () => settingsTable(settings),
      () => ({ settings }),
    );
  },
});
