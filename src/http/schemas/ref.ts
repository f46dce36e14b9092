import { z } from "zod";
import { parseProcessRef, pidLimit } from "#process/identity.ts";

/** A pid or an id. 0 and negative numbers mean groups to kill(2), and stop here. */
export const processRefSchema = z
  .string()
  .transform((text, context) => {
    const ref = parseProcessRef(text);
    if (ref) return ref;
    context.addIssue({
      code: "custom",
      message: `expected a pid from 1 to ${pidLimit}, or an id such as 17-49123, found "${text.slice(0, 40)}"`,
    });
    return z.NEVER;
  })
  .meta({ type: "string", example: "17-49123" });
