import type { Context } from "hono";
import * as z from "zod/mini";
import { toTimestamp } from "#base/clock.ts";
import { alike } from "#base/closest.ts";
import { isProblem, type Problem, problem } from "#base/errors.ts";
import { agree } from "#http/agree.ts";
import { answer } from "#http/answer.ts";
import { readBody } from "#http/body.ts";
import { callable } from "#http/callable.ts";
import { endpoint, type HttpEnv } from "#http/endpoint.ts";
import { tellAsked } from "#http/routes/tell-asked.ts";
import { prettySchema } from "#http/schemas/query.ts";
import {
  holdBodySchema,
  holdQuerySchema,
  reloadBodySchema,
  reloadQuerySchema,
  watchNameSchema,
} from "#http/schemas/reloads.ts";
import type { Service } from "#http/service.ts";
import { reloadView, runView, watchView } from "#http/views/reload.ts";
import { reloadsTable } from "#http/views/reload-table.ts";
import type { Reloads, WatchState } from "#process/reload.ts";
import { reloadText } from "#process/reload-text.ts";

const howToWatch = "sexton --watch nginx=/etc/nginx/conf.d,target=app";

export const showReloads = endpoint({
  summary: "What is watched, what waits to be reloaded, and what became of the last reloads",
  tag: "Reloads",
  query: z.strictObject({ pretty: prettySchema }),
  handle({ c, query, service }) {
    const watches = service.reloads.watches();
    const records = service.reloads.records();
    const usage = usageOf(c, watches);
    return answer(
      c,
      query.pretty,
      () => reloadsTable(watches, records, { now: service.clock(), usage }),
      () => ({ watches: watches.map(watchView), reloads: records.map(reloadView), usage }),
    );
  },
});

/** Lines to paste. */
function usageOf(c: Context<HttpEnv>, [first]: readonly WatchState[]): string[] {
  if (!first) return [howToWatch];
  const curl = callable(c);
  const path = `/reloads/${encodeURIComponent(first.settings.name)}`;
  return [
    curl({ method: "POST", path }),
    curl({ path: `${path}/hold`, data: "for=10m" }),
    curl({ method: "POST", path: `${path}/release` }),
  ];
}

/** What a reload may take beside what its watch's settings say: another that runs, finding the target. */
const spareSeconds = 60;
/** The most that Bun.serve keeps a connection without a byte for. */
const longestSeconds = 255;

export const runReload = endpoint({
  summary: "Run a watch's reload now; answers when it has ended",
  tag: "Reloads",
  params: watchNameSchema,
  query: reloadQuerySchema,
  async handle({ c, params: { name }, query: { pretty, ...asked }, service }) {
    const found = await readAsked(c, service, name, reloadBodySchema, "dryRun", asked);
    if (isProblem(found)) return found;
    c.env.extendTimeout(c.req.raw, secondsFor(found.state));
    const trace = c.get("trace");
    if (!found.said.dryRun) tellAsked(c, service.bus, "reload.requested", { watch: name });
    const running = service.reloads.run(name, { dryRun: found.said.dryRun ?? false, trace });
    const report = await orStopped(running, name, service.stopping);
    if (report === null) return unknownWatch(service.reloads, name);
    if (isProblem(report)) return report;
    // Nobody was told, or would be: as where the signal itself is asked for.
    if (report.refusal) return report.refusal;
    const view = runView(name, report, trace?.traceId ?? null);
    return answer(
      c,
      pretty,
      () => reloadText(view),
      () => view,
    );
  },
});

const defaultHoldMs = 600_000;

export const holdReloads = endpoint({
  summary: "No reload of its own accord for a while; what changes meanwhile is reloaded afterwards",
  tag: "Reloads",
  params: watchNameSchema,
  query: holdQuerySchema,
  async handle({ c, params: { name }, query: { pretty, ...asked }, service }) {
    const found = await readAsked(c, service, name, holdBodySchema, "for", asked);
    if (isProblem(found)) return found;
    const { for: forMs = defaultHoldMs, dryRun = false } = found.said;
    if (!dryRun && !service.reloads.hold(name, forMs)) return unknownWatch(service.reloads, name);
    if (!dryRun) tellAsked(c, service.bus, "reload.held", { watch: name, forSeconds: forMs / 1000 });
    return answerHold(c, service, { name, pretty, dryRun, heldUntil: service.clock() + forMs });
  },
});

export const releaseReloads = endpoint({
  summary: "End a hold",
  tag: "Reloads",
  params: watchNameSchema,
  query: reloadQuerySchema,
  async handle({ c, params: { name }, query: { pretty, ...asked }, service }) {
    const found = await readAsked(c, service, name, reloadBodySchema, "dryRun", asked);
    if (isProblem(found)) return found;
    const { dryRun = false } = found.said;
    if (!dryRun && !service.reloads.release(name)) return unknownWatch(service.reloads, name);
    if (!dryRun) tellAsked(c, service.bus, "reload.released", { watch: name });
    return answerHold(c, service, { name, pretty, dryRun, heldUntil: null });
  },
});

interface Held {
  readonly name: string;
  readonly pretty: boolean | undefined;
  readonly dryRun: boolean;
  /** What was asked for; what came of it is looked up. */
  readonly heldUntil: number | null;
}

function answerHold(c: Context<HttpEnv>, { reloads }: Service, { name, pretty, dryRun, heldUntil }: Held): Response {
  const state = find(reloads, name);
  const until = dryRun || !state ? heldUntil : state.heldUntil;
  const view = {
    watch: name,
    held: until !== null,
    heldUntil: until === null ? null : toTimestamp(until),
    dryRun,
    traceId: c.get("trace")?.traceId ?? null,
  };
  const would = dryRun ? "would be " : "";
  return answer(
    c,
    pretty,
    () => `${name}: ${would}${view.held ? `held until ${view.heldUntil}` : "released"}\n`,
    () => view,
  );
}

/** What is asked for, in the body and in the query, and the watch that it is asked of. */
async function readAsked<T extends z.ZodMiniType<object>>(
  c: Context<HttpEnv>,
  { reloads }: Service,
  name: string,
  schema: T,
  bareField: string,
  query: Partial<z.output<T>>,
): Promise<{ readonly said: z.output<T>; readonly state: WatchState } | Problem> {
  const read = await readBody(c, schema, bareField);
  const said = isProblem(read) ? read : agree<z.output<T>>(read ?? ({} as z.output<T>), query);
  if (isProblem(said)) return said;
  const state = find(reloads, name);
  return state ? { said, state } : unknownWatch(reloads, name);
}

function find(reloads: Reloads, name: string): WatchState | undefined {
  return reloads.watches().find(({ settings }) => settings.name === name);
}

function unknownWatch(reloads: Reloads, name: string): Problem {
  const watches = reloads.watches().map(({ settings }) => settings.name);
  const what = `Cannot use watch "${name.slice(0, 80)}": there is no such watch`;
  if (watches.length === 0) {
    const detail = `${what}, and none is configured. Configure one with "watch:" in the configuration, or: ${howToWatch}`;
    return problem("not-found", detail, { watches, nearest: null });
  }
  const nearest = alike(name, watches);
  const hint = nearest === null ? "" : ` Did you mean "${nearest}"?`;
  const detail = `${what}.${hint} The watches are ${watches.join(", ")}.`;
  return problem("not-found", detail, { watches, nearest });
}

function secondsFor({ settings: { proof, http, validate } }: WatchState): number {
  const validationMs = validate && "timeoutMs" in validate ? validate.timeoutMs : 0;
  const ms = proof.waitMs + (http?.timeoutMs ?? 0) + validationMs;
  return Math.min(longestSeconds, spareSeconds + Math.ceil(ms / 1000));
}

/** Whoever waits is let go when sexton stops. */
async function orStopped<T>(running: Promise<T>, name: string, stopping: AbortSignal): Promise<T | Problem> {
  const { promise: stopped, resolve } = Promise.withResolvers<Problem>();
  const give = () => resolve(problem("unavailable", `Cannot tell how the reload of ${name} ends: sexton is stopping.`));
  stopping.addEventListener("abort", give, { once: true });
  if (stopping.aborted) give();
  try {
    return await Promise.race([running, stopped]);
  } finally {
    stopping.removeEventListener("abort", give);
  }
}
