import { type Problem, problem } from "#base/errors.ts";

/** Query and body together. What both say must be the same: to pick one of two answers could do what was to be held back. */
export function agree<Body extends object>(body: Body, query: Partial<Body>): Body | Problem {
  const given = Object.entries(query).filter(([, value]) => value !== undefined) as [keyof Body & string, unknown][];
  const conflict = given.find(([name, value]) => {
    return body[name] !== undefined && JSON.stringify(body[name]) !== JSON.stringify(value);
  });
  if (conflict)
    return problem("bad-request", `Cannot use "${conflict[0]}": the query and the body contradict each other.`);
  return { ...body, ...Object.fromEntries(given) };
}
