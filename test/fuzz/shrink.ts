import type { Result } from "./drive.ts";
import type { Plan } from "./plan.ts";
import type { Message } from "./wire.ts";

/** Enough to be read; each is a request. */
const mostTries = 60;

/** Leaves out of a request what it does not need for its fault. */
export async function shrink(result: Result, ask: (plan: Plan) => Promise<Result>): Promise<Result> {
  let smallest = result;
  let tries = 0;
  for (let found = true; found && tries < mostTries; ) {
    found = false;
    for (const message of smallerThan(smallest.plan.message)) {
      if (++tries > mostTries) break;
      const again = await ask({ ...smallest.plan, message });
      // The first word is what kind of fault it is.
      if (kindOf(again) !== kindOf(smallest)) continue;
      smallest = again;
      found = true;
      break;
    }
  }
  return smallest;
}

const kindOf = ({ faults: [first = ""], answer }: Result) => `${answer?.status} ${first.slice(0, 24)}`;

function* smallerThan(message: Message): Generator<Message> {
  const { query, headers, body, shape } = message;
  if (shape !== "length") yield { ...message, shape: "length" };
  if (body !== null) yield { ...message, body: null };
  for (const at of query.keys()) yield { ...message, query: query.toSpliced(at, 1) };
  // Without its Host a request is another one.
  for (const at of headers.keys()) if (at > 0) yield { ...message, headers: headers.toSpliced(at, 1) };
  if (body !== null && body.length > 1) yield { ...message, body: body.slice(0, body.length >> 1) };
}
