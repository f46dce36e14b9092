import * as z from "zod/mini";
import { parseDuration } from "#base/duration.ts";

/** A time span as people write it, in milliseconds: `500ms`, `5s`, `1m`, or a number of seconds. */
export const durationSchema = z.pipe(
  z.string(),
  z.transform((text: string, context): number => {
    const ms = parseDuration(text);
    if (ms !== null) return ms;
    context.issues.push({
      code: "custom",
      input: text,
      message: `expected a time such as 500ms, 5s or 1m, found "${text.slice(0, 40)}"`,
    });
    return z.NEVER;
  }),
);
