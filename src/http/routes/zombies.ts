import * as z from "zod/mini";
import { isProblem } from "#base/errors.ts";
import { agree } from "#http/agree.ts";
import { answer } from "#http/answer.ts";
import { readBody } from "#http/body.ts";
import { endpoint } from "#http/endpoint.ts";
import { prettySchema } from "#http/schemas/query.ts";
import { reapBodySchema, reapQuerySchema } from "#http/schemas/reap.ts";
import { reapView, zombiesView, zombieTable } from "#http/views/zombie.ts";
import { reapText } from "#process/reap-text.ts";

export const showZombies = endpoint({
  summary: "Who has ended and was not collected, whose fault that is, and what would help",
  tag: "Zombies",
  query: z.strictObject({ pretty: prettySchema }),
  handle({ c, query, service }) {
    const report = service.zombies.report();
    const table = service.agent.table();
    const around = {
      originOf: service.strays.originOf,
      strays: service.strays.of(table).size,
      pids: service.pids.budgets(table).pod,
    };
    return answer(
      c,
      query.pretty,
      () => zombieTable(report, around),
      () => zombiesView(report, around),
    );
  },
});

type Body = z.output<typeof reapBodySchema>;
/** terminate-parent waits for the grace period of the slowest parent. */
const longestSeconds = 60;

export const reapZombies = endpoint({
  summary: "Have zombies collected",
  tag: "Zombies",
  query: reapQuerySchema,
  async handle({ c, query, service }) {
    const read = await readBody(c, reapBodySchema, "strategy");
    if (isProblem(read)) return read;
    const { pretty, ...asked } = query;
    const said = agree<Body>(read ?? {}, asked);
    if (isProblem(said)) return said;
    c.env.extendTimeout(c.req.raw, longestSeconds);
    const trace = c.get("trace");
    const { dryRun = false, strategy = "auto" } = said;
    const report = await service.zombies.reap({
      pids: said.pids ?? null,
      strategy,
      minAgeMs: said.minAgeSeconds === undefined ? null : said.minAgeSeconds * 1000,
      dryRun,
      abort: AbortSignal.any([c.req.raw.signal, service.stopping]),
      trace,
      caller: c.get("caller"),
    });
    const view = reapView(report, { strategy, dryRun, traceId: trace?.traceId ?? null });
    return answer(
      c,
      pretty,
      () => reapText(view),
      () => view,
    );
  },
});
