import type { RouteConfig } from "@hono/zod-openapi";
import { z } from "zod";
import type { Role } from "#http/endpoint.ts";
import { eventListSchema, eventSchema } from "#http/schemas/event.ts";
import { hookReportSchema, restartReportSchema } from "#http/schemas/lifecycle-report.ts";
import { containersSchema, processDetailSchema, processListSchema } from "#http/schemas/process.ts";
import { reapBodySchema } from "#http/schemas/reap.ts";
import { holdReportSchema, reloadReportSchema, reloadsSchema } from "#http/schemas/reload-report.ts";
import { holdBodySchema, reloadBodySchema } from "#http/schemas/reloads.ts";
import { problemSchema, signalReportSchema, targetsSchema } from "#http/schemas/report.ts";
import { restartBodySchema } from "#http/schemas/restart.ts";
import { diagnosisSchema, indexSchema, settingsSchema } from "#http/schemas/service.ts";
import { signalBodySchema } from "#http/schemas/signal.ts";
import { reapReportSchema, zombiesSchema } from "#http/schemas/zombie.ts";

export interface Operation {
  readonly responses: RouteConfig["responses"];
  readonly body?: NonNullable<NonNullable<RouteConfig["request"]>["body"]>;
}

const answer = (type: string, schema: z.ZodType, description: string) => ({
  description,
  content: { [type]: { schema } },
});
const json = (schema: z.ZodType, description: string) => answer("application/json", schema, description);
const text = (description: string) => answer("text/plain", z.string(), description);
const asset = { description: "A style sheet or script" };

const titles: Readonly<Record<number, string>> = {
  400: "The request makes no sense as it stands",
  401: "Nobody knows who calls: there is no token where one is needed, or it is not one of those that are known",
  403: "Not permitted: by the role, the configuration, the kernel, or because the process is protected",
  404: "There is no such process, target, watch or file",
  409: "What was found is not what was asked for, or would not do what is meant",
  413: "The body is larger than 64 KiB",
  415: "The body is neither JSON, a form nor text",
  429: "Too much at once, or too soon after the last one: Retry-After says when",
  503: "Something that is needed is not there at this moment",
};

/** The problems that an operation may answer with (RFC 9457). */
function problems(...statuses: readonly number[]) {
  const bodies = statuses.map((status) => [
    status,
    answer("application/problem+json", problemSchema, titles[status] ?? "Problem"),
  ]);
  return Object.fromEntries(bodies) as Record<number, ReturnType<typeof answer>>;
}

/** What every operation may answer to a caller that it is not for. */
export function refusals(role: Role): Operation["responses"] {
  return role === "probe" ? problems(403) : problems(401, 403, 429);
}

/** The dialect is the document's own, and stands there. */
function inputOf(schema: z.core.$ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}

/** A body as JSON, a form, or the most used of its fields as bare text. */
function bodyOf(schema: z.core.$ZodType, what: string, example: string): NonNullable<Operation["body"]> {
  const fields = { schema: inputOf(schema) };
  return {
    description: `JSON, a form, or ${what} as bare text`,
    content: {
      "application/json": fields,
      "application/x-www-form-urlencoded": fields,
      "text/plain": { schema: z.string().meta({ example }) },
    },
  };
}

const signalOperation: Operation = {
  body: bodyOf(signalBodySchema, "the verb", "reload"),
  responses: {
    200: json(signalReportSchema, "What was sent, and what was seen to follow"),
    ...problems(400, 403, 404, 409, 413, 415),
  },
};

const probe: Operation = { responses: { 200: text("ok"), ...problems(400, 503) } };

/** What each operation of the table of routes answers. Loaded when the document is asked for, not before. */
export const operations: Readonly<Record<string, Operation>> = {
  "get /": {
    responses: {
      200: {
        description: "Links, or the page for a browser",
        content: { "application/json": { schema: indexSchema }, "text/html": { schema: z.string() } },
      },
      304: { description: "The page that the browser has is this one" },
      ...problems(400),
    },
  },
  "get /processes": { responses: { 200: json(processListSchema, "The processes"), ...problems(400) } },
  "get /processes/{pid}": { responses: { 200: json(processDetailSchema, "The process"), ...problems(400, 404, 409) } },
  "get /processes/{pid}/{file}": {
    responses: { 200: text("The kernel's own text"), ...problems(400, 403, 404, 409, 503) },
  },
  "post /processes/{pid}/signal": signalOperation,
  "get /containers": { responses: { 200: json(containersSchema, "The containers, oldest first"), ...problems(400) } },
  "get /signal": { responses: { 200: json(targetsSchema, "The targets"), ...problems(400) } },
  "post /signal": signalOperation,
  "post /signal/{verb}": signalOperation,
  "get /zombies": { responses: { 200: json(zombiesSchema, "The zombies, oldest first"), ...problems(400) } },
  "post /zombies/reap": {
    body: bodyOf(reapBodySchema, "the strategy", "adopt"),
    responses: { 200: json(reapReportSchema, "What became of each"), ...problems(400, 403, 413, 415) },
  },
  "get /reloads": { responses: { 200: json(reloadsSchema, "The watches and the last reloads"), ...problems(400) } },
  "post /reloads/{name}": {
    body: bodyOf(reloadBodySchema, "dryRun", "true"),
    responses: { 200: json(reloadReportSchema, "What became of it"), ...problems(400, 403, 404, 409, 413, 415, 503) },
  },
  "post /reloads/{name}/hold": {
    body: bodyOf(holdBodySchema, "how long", "10m"),
    responses: { 200: json(holdReportSchema, "Until when it is held"), ...problems(400, 403, 404, 413, 415) },
  },
  "post /reloads/{name}/release": {
    body: bodyOf(reloadBodySchema, "dryRun", "true"),
    responses: { 200: json(holdReportSchema, "That it is held no longer"), ...problems(400, 403, 404, 413, 415) },
  },
  "get /hooks/{name}": {
    responses: { 200: json(hookReportSchema, "It is done"), ...problems(400, 404, 405, 503) },
  },
  "post /pod/restart": {
    body: bodyOf(restartBodySchema, "dryRun", "true"),
    responses: {
      200: json(restartReportSchema, "What would be done, for a dry run"),
      202: json(restartReportSchema, "sexton ends when this answer is out"),
      ...problems(400, 413, 415),
    },
  },
  "get /events": {
    responses: {
      200: {
        description: "What is kept as JSON or a table; the streams are open for what happens",
        content: {
          "application/json": { schema: eventListSchema },
          "text/event-stream": { schema: z.string().meta({ description: "Each data: line is an Event" }) },
          "application/x-ndjson": { schema: eventSchema.meta({ description: "One a line; empty lines mean nothing" }) },
          "text/plain": { schema: z.string() },
        },
      },
      ...problems(400),
    },
  },
  "get /livez": { responses: { 200: text("ok"), ...problems(400) } },
  "get /startupz": probe,
  "get /readyz": probe,
  "get /healthz": probe,
  "get /metrics": {
    responses: {
      200: {
        description: "The text format 0.0.4, or OpenMetrics 1.0",
        content: {
          "text/plain": { schema: z.string() },
          "application/openmetrics-text": { schema: z.string() },
        },
      },
      ...problems(400),
    },
  },
  "get /doctor": {
    responses: { 200: json(diagnosisSchema, "The findings, and all that was looked at"), ...problems(400) },
  },
  "get /config": { responses: { 200: json(settingsSchema, "The settings"), ...problems(400) } },
  "get /openapi.json": { responses: { 200: json(z.looseObject({}), "OpenAPI 3.1"), ...problems(400) } },
  "get /docs": { responses: { 200: answer("text/html", z.string(), "A page"), ...problems(400) } },
  "get /assets/{asset}": {
    responses: { 200: asset, 304: { description: "The one that the browser has" }, ...problems(400, 404) },
  },
  "get /docs/{asset}": { responses: { 200: asset, ...problems(400, 404) } },
};
