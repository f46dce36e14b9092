import * as z from "zod/mini";
import { toTimestamp } from "#base/clock.ts";
import { isProblem, problem } from "#base/errors.ts";
import { json } from "#http/answer.ts";
import { endpoint } from "#http/endpoint.ts";
import { about } from "#http/schemas/query.ts";
import type { HookReport } from "#process/hook.ts";

/** 0 takes the listener's idle timeout off: a preStop waits for as long as the app drains, without a byte. */
const unlimited = 0;

export const callHook = endpoint({
  summary: "Do what the configuration's hook of that name says, once for all who call; answers when it is done",
  tag: "Hooks",
  params: z.object({ name: about({ example: "terminate", description: "The name of a hook" }, z.string()) }),
  // Nothing: who can only GET can be made to by a page, or by a link.
  query: z.strictObject({}),
  async handle({ c, params: { name }, service }) {
    c.env.extendTimeout(c.req.raw, unlimited);
    const trace = c.get("trace");
    const report = await service.hooks.call(name, { caller: c.get("caller"), trace });
    if (isProblem(report)) return report;
    c.set("told", true);
    const view = viewOf(report, trace?.traceId ?? null);
    if (report.isDone) return json(c, view);
    // Whatever it was: the pod's own configuration has asked for it, not the caller.
    const reason = report.detail.replace(/^Cannot /, "cannot ");
    return problem("unavailable", `Cannot finish hook ${name}: ${reason}`, view);
  },
});

function viewOf({ isDone, startedAt, endedAt, durationMs, ...rest }: HookReport, traceId: string | null) {
  return {
    ...rest,
    status: isDone ? "done" : "failed",
    startedAt: toTimestamp(startedAt),
    endedAt: toTimestamp(endedAt),
    durationSeconds: durationMs / 1000,
    traceId,
  };
}
