import type { Context } from "hono";
import * as z from "zod/mini";
import { toTimestamp } from "#base/clock.ts";
import { isProblem, type Problem, problem } from "#base/errors.ts";
import type { ProcessRef, SignalReport } from "#daemon/agent.ts";
import { agree } from "#http/agree.ts";
import { answer } from "#http/answer.ts";
import { readBody } from "#http/body.ts";
import { callable } from "#http/callable.ts";
import { type Answer, endpoint, type HttpEnv } from "#http/endpoint.ts";
import { parse } from "#http/parse.ts";
import { about, prettySchema } from "#http/schemas/query.ts";
import { processRefSchema } from "#http/schemas/ref.ts";
import { processSignalQuerySchema, signalBodySchema, signalQuerySchema } from "#http/schemas/signal.ts";
import type { Service } from "#http/service.ts";
import { reportView, targetView } from "#http/views/signal.ts";
import { signalText, targetsTable } from "#process/signal-text.ts";

type Query = z.output<typeof signalQuerySchema>;
type Body = z.output<typeof signalBodySchema>;

export const showTargets = endpoint({
  summary: "What can be sent to whom; sends nothing",
  tag: "Signals",
  query: z.strictObject({ pretty: prettySchema }),
  handle({ c, query, service }) {
    const targets = service.agent.targets().map(targetView);
    const curl = callable(c);
    const usage = [
      curl({ method: "POST", path: "/signal/reload" }),
      curl({ method: "POST", path: "/signal/terminate?dryRun=true" }),
      curl({ path: "/signal", data: "reload" }),
    ];
    return answer(
      c,
      query.pretty,
      () => `${targetsTable(targets)}\n${usage.join("\n")}\n`,
      () => ({ targets, usage }),
    );
  },
});

export const sendVerb = endpoint({
  summary: "Send a verb or a signal to a target",
  tag: "Signals",
  params: z.object({ verb: about({ example: "reload" }, z.string()) }),
  query: signalQuerySchema,
  handle: ({ c, params, query, service }) => send(c, service, query, { verb: params.verb }),
});

export const sendSignal = endpoint({
  summary: "The same, with the verb in the body",
  tag: "Signals",
  query: signalQuerySchema,
  handle: ({ c, query, service }) => send(c, service, query, {}),
});

export const signalProcess = endpoint({
  summary: "Send a verb or a signal to one process",
  tag: "Signals",
  params: z.object({ pid: processRefSchema }),
  query: processSignalQuerySchema,
  handle: ({ c, params, query, service }) => send(c, service, query, { process: params.pid }),
});

interface Place {
  readonly verb?: string;
  readonly process?: ProcessRef;
}

async function send(
  c: Context<HttpEnv>,
  service: Service,
  query: Query & Pick<Body, "signal" | "verb">,
  place: Place,
): Promise<Answer> {
  const read = await readBody(c, signalBodySchema, "verb");
  if (isProblem(read)) return read;
  const { pretty, ...asked } = query;
  const said = agree<Body>(read ?? {}, asked);
  if (isProblem(said)) return said;
  const verb = one("a verb or a signal", [place.verb, said.verb, said.signal]);
  if (isProblem(verb)) return verb;
  const process = processOf(place, said);
  if (isProblem(process)) return process;
  const waitMs = said.wait ?? null;
  // Bun closes a connection that is quiet for longer than its idle timeout.
  if (waitMs !== null) c.env.extendTimeout(c.req.raw, Math.ceil(waitMs / 1000) + 30);
  const report = await service.agent.signal({
    verb,
    target: said.target,
    process: process ?? undefined,
    force: said.force ?? false,
    dryRun: said.dryRun ?? false,
    waitMs,
    abort: AbortSignal.any([c.req.raw.signal, service.stopping]),
    trace: c.get("trace"),
    caller: c.get("caller"),
  });
  // A refusal is in the register by now; of a dry run nothing is.
  c.set("told", true);
  return isProblem(report) ? report : respond(c, pretty, report, said.dryRun ?? false);
}

function respond(c: Context<HttpEnv>, pretty: boolean | undefined, report: SignalReport, dryRun: boolean): Response {
  const view = reportView(report, {
    dryRun,
    traceId: c.get("trace")?.traceId ?? null,
    sentAt: report.sentAt === null ? null : toTimestamp(report.sentAt),
  });
  return answer(
    c,
    pretty,
    () => signalText(view),
    () => view,
  );
}

function processOf(place: Place, { pid, target }: Body): ProcessRef | null | Problem {
  if (pid === undefined) {
    if (place.process && target !== undefined)
      return problem("bad-request", `Cannot signal both a process and target "${target}": name one of them.`);
    return place.process ?? null;
  }
  if (place.process || target !== undefined)
    return problem("bad-request", "Cannot signal two receivers: name a pid or a target, once.");
  return parse(processRefSchema, pid, "body");
}

/** The one value among those given, which may repeat it but not contradict it. */
function one(what: string, values: readonly (string | undefined)[]): string | Problem {
  const given = [...new Set(values.filter((value) => value !== undefined && value !== ""))] as string[];
  const [only] = given;
  if (only === undefined)
    return problem(
      "bad-request",
      `Cannot send nothing: name ${what}, as in POST /signal/reload or {"verb": "reload"}.`,
    );
  return given.length === 1
    ? only
    : problem("bad-request", `Cannot send ${given.map((value) => `"${value}"`).join(" and ")} at once: name ${what}.`);
}
