import * as z from "zod/mini";
import { about } from "#http/schemas/query.ts";
import { parseProcessRef, pidLimit } from "#process/identity.ts";

type ProcessRef = NonNullable<ReturnType<typeof parseProcessRef>>;

/** A pid or an id. 0 and negative numbers mean groups to kill(2), and stop here. */
export const processRefSchema = about(
  { type: "string", example: "17-49123" },
  z.pipe(
    z.string(),
    z.transform((text: string, context): ProcessRef => {
      const ref = parseProcessRef(text);
      if (ref) return ref;
      const message = `expected a pid from 1 to ${pidLimit}, or an id such as 17-49123, found "${text.slice(0, 40)}"`;
      context.issues.push({ code: "custom", input: text, message });
      return z.NEVER;
    }),
  ),
);
