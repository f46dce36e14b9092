import { z } from "zod";
import { parseDuration } from "#base/duration.ts";

/** A time span as people write it, in milliseconds: `500ms`, `5s`, `1m`, or a number of seconds. */
export const durationSchema = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  context.addIssue({ code: "custom", message: `expected a time such as 500ms, 5s or 1m, found "${text}"` });
  return z.NEVER;
});
