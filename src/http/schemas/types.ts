import { alike } from "#base/closest.ts";
import { type Problem, problem } from "#base/errors.ts";
import { type EventType, eventTypes, typeMatches } from "#process/event.ts";

/** What `types` may name beside the types themselves. */
const wildcards = [...new Set(eventTypes.map((type) => `${type.split(".")[0]}.*`)), "*"];

/** Reads `process.exited,zombie.*`; null is all. A word that no event has is refused: waiting for it would be in vain. */
export function readTypes(list: string | undefined): ReadonlySet<EventType> | null | Problem {
  if (list === undefined) return null;
  const patterns = list.split(",").map((pattern) => pattern.trim());
  const unknown = patterns.find((pattern) => !eventTypes.some((type) => typeMatches(type, pattern)));
  if (unknown !== undefined) {
    const nearest = alike(unknown, [...eventTypes, ...wildcards]);
    const hint = nearest === null ? "" : ` Did you mean "${nearest}"?`;
    return problem(
      "bad-request",
      `Cannot use "types" of the query: no event is of type "${unknown.slice(0, 40)}".${hint} Types are ${eventTypes.join(", ")}; "zombie.*" is all of a kind.`,
      { parameter: "types", nearest },
    );
  }
  return new Set(eventTypes.filter((type) => patterns.some((pattern) => typeMatches(type, pattern))));
}
