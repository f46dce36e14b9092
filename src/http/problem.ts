import type { Context } from "hono";
import { type Problem, type ProblemKind, problemStatus } from "#base/errors.ts";

/** The body of every answer that is not a success: RFC 9457. */
export interface ProblemBody extends Readonly<Record<string, unknown>> {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly kind: ProblemKind;
}

function problemBody({ kind, detail, facts }: Problem): ProblemBody {
  const words = kind.replaceAll("-", " ");
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return { ...facts, type: `urn:sexton:problem:${kind}`, title, status: problemStatus[kind], detail, kind };
}

export function problemResponse(c: Context, problem: Problem, headers: Record<string, string> = {}): Response {
  const body = problemBody(problem);
  c.set("refusal", problem);
  const retryAfter = problem.facts?.["retryAfterSeconds"];
  const allow = problem.facts?.["allow"];
  return c.body(`${JSON.stringify(body)}\n`, problemStatus[problem.kind], {
    // RFC 9110 15.5.6.
    ...(problem.kind === "method-not-allowed" && Array.isArray(allow) ? { allow: allow.join(", ") } : {}),
    ...headers,
    ...(typeof retryAfter === "number" ? { "retry-after": `${retryAfter}` } : {}),
    "content-type": "application/problem+json",
  });
}
