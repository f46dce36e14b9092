import { problemStatus } from "#base/errors.ts";
import type { Answer } from "./answer-reader.ts";
import type { Api, Operation } from "./api.ts";
import type { Plan } from "./plan.ts";
import { isWhole, targetOf } from "./wire.ts";

/** A sentence for each thing that is wrong with an answer. */
export type Faults = readonly string[];

/** What a parser of HTTP says by itself, before anybody looks at the request: no body, and a closed connection. */
const parserStatuses = [400, 408, 413, 414, 417, 431, 501, 505];

/** Whether an answer is one that the document promises to such a request. */
export function checkAnswer(api: Api, plan: Plan, answer: Answer, secrets: readonly string[]): Faults {
  const { status, headers, body } = answer;
  const faults: string[] = [];
  const told = `${[...headers].flat().join("\n")}\n${body}`;
  const leaked = secrets.filter((secret) => told.includes(secret));
  if (leaked.length > 0) faults.push("a secret is in the answer");
  if (status === 500) return [...faults, `500: ${body.slice(0, 300)}`];
  if (!headers.has("x-request-id")) {
    const isParsers = parserStatuses.includes(status) && body === "" && mayBeUnreadable(plan);
    return isParsers ? faults : [...faults, `${status} by no part of the API: ${body.slice(0, 100)}`];
  }
  for (const name of ["x-content-type-options", "content-security-policy", "cache-control"])
    if (!headers.has(name)) faults.push(`no ${name}`);
  if (headers.has("x-injected")) faults.push("a field of the answer comes from the request");
  const { operation } = plan;
  const candidates = operationsFor(api, plan);
  const type = (headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
  const isHead = plan.message.method === "HEAD";
  if (isHead && body !== "") faults.push("a body for HEAD");
  if (plan.message.method === "OPTIONS" && status === 204)
    return headers.has("allow") ? faults : [...faults, "OPTIONS without Allow"];
  if (type === "application/problem+json" && !isHead) faults.push(...checkProblem(answer));
  if (status === 405) return [...faults, ...checkAllow(answer, plan.message.method)];
  if (candidates.length === 0) {
    // Nothing that is not in the document is there.
    return status >= 400 && type === "application/problem+json"
      ? faults
      : [...faults, `${status} where there is nothing`];
  }
  const found = candidates.map((candidate) => documentFault(candidate, answer, type, isHead));
  // Another spelling of a path may be no path at all.
  const isNowhere = operation === null && status === 404;
  if (!isNowhere && found.every((fault) => fault !== null)) faults.push(found[0] as string);
  return faults;
}

/** Bytes that no request should have, which a parser may refuse in its own words. */
function mayBeUnreadable({ message }: Plan): boolean {
  const target = targetOf(message);
  const isOdd = !/^\/[\x21-\x7e]*$/.test(target) || target.length > 8_000 || /[#\\<>"^`{|}]/.test(target);
  const fields = message.headers.flat().join("");
  const knownMethod = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE)$/.test(message.method);
  // What is left over begins the next request, and the parser's word on that may come in the place of the answer.
  const hasMore = message.shape === "surplus";
  return (
    !isWhole(message) || hasMore || isOdd || !knownMethod || /[^\x20-\x7e\t]/.test(fields) || fields.length > 8_000
  );
}

/** The operations that the request may have been for: of a path that was made odd, whatever it may be read as. */
function operationsFor(api: Api, { message, operation }: Plan): readonly Operation[] {
  const method = message.method === "HEAD" ? "GET" : message.method;
  if (operation)
    return operation.method === method
      ? [operation]
      : api.matching(operation.path).filter((each) => each.method === method);
  const paths = new Set<string>();
  for (const raw of [message.path, pathnameOf(message.path)]) {
    for (const read of [(text: string) => text, decodeURI, decodeURIComponent]) {
      try {
        paths.add(read(raw));
      } catch {
        paths.add(raw);
      }
    }
  }
  return [...paths].flatMap((path) => api.matching(path)).filter((each) => each.method === method);
}

export function pathnameOf(path: string): string {
  try {
    const text = Buffer.from(path, "latin1").toString();
    return new URL(text.startsWith("/") ? `http://localhost${text}` : text, "http://localhost").pathname;
  } catch {
    return path;
  }
}

function documentFault(
  { method, path, answers }: Operation,
  answer: Answer,
  type: string,
  isHead: boolean,
): string | null {
  const { status, body, isCut } = answer;
  const what = `${method} ${path}: ${status}`;
  const types = answers.get(status);
  if (!types) return `${what} is not documented: ${body.slice(0, 200)}`;
  // A part of the page may be of any type.
  if (types.size === 0) return null;
  if (!types.has(type)) return `${what} as ${type} is not documented`;
  if (isHead || isCut || !/json$/.test(type)) return null;
  const validate = types.get(type) ?? null;
  if (validate === null || type === "application/x-ndjson") return null;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(answer.body, "latin1").toString());
  } catch {
    return `${what} is no JSON: ${body.slice(0, 100)}`;
  }
  if (validate(value)) return null;
  const [error] = validate.errors ?? [];
  return `${what} does not match its schema: ${error?.instancePath} ${error?.message} ${JSON.stringify(error?.params)}`;
}

function checkProblem({ status, headers, body }: Answer): string[] {
  const faults: string[] = [];
  let problem: Record<string, unknown>;
  try {
    problem = JSON.parse(Buffer.from(body, "latin1").toString());
  } catch {
    return [`a problem that is no JSON: ${body.slice(0, 100)}`];
  }
  const expected = (problemStatus as Record<string, number>)[String(problem["kind"])];
  if (expected === undefined) faults.push(`no kind of problem: ${JSON.stringify(problem["kind"])}`);
  if (expected !== status || problem["status"] !== status)
    faults.push(`${problem["kind"]} with status ${status}, and ${problem["status"]} in its body`);
  if (!/^(Cannot|Not) .+\.?$/s.test(String(problem["detail"]))) faults.push(`no sentence: ${problem["detail"]}`);
  if (problem["type"] !== `urn:sexton:problem:${problem["kind"]}`) faults.push(`type is ${problem["type"]}`);
  if (status === 429 && !/^\d+$/.test(headers.get("retry-after") ?? "")) faults.push("429 without Retry-After");
  if (status === 401 && !headers.has("www-authenticate")) faults.push("401 without WWW-Authenticate");
  return faults;
}

function checkAllow({ headers }: Answer, method: string): string[] {
  const allow = headers.get("allow");
  if (allow === undefined) return ["405 without Allow"];
  return allow.split(", ").includes(method) ? [`405 with Allow: ${allow}, which has the method`] : [];
}

/** Whole lines of a stream, each held against what an event is. */
export function checkStream(api: Api, { headers, body }: Answer): Faults {
  if (headers.get("content-type")?.startsWith("text/plain")) return [];
  const isSse = headers.get("content-type") === "text/event-stream";
  const lines = body.split("\n").slice(0, -1);
  const texts = isSse
    ? lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6))
    : lines.filter((line) => line !== "");
  for (const text of texts) {
    try {
      const event = JSON.parse(Buffer.from(text, "latin1").toString());
      if (!api.event(event) && !("error" in event))
        return [`no event: ${api.event.errors?.[0]?.message}: ${text.slice(0, 200)}`];
    } catch {
      return [`a line that is no JSON: ${text.slice(0, 100)}`];
    }
  }
  const known = /^(retry: \d+|id: [a-z0-9.]+|event: [a-z.]+|data: .*|: .*|)$/;
  const odd = isSse ? lines.find((line) => !known.test(line)) : undefined;
  return odd === undefined ? [] : [`no line of a stream: ${odd.slice(0, 100)}`];
}
