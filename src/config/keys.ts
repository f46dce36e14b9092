import * as z from "zod/mini";
import { createConfigSchema } from "#config/schema.ts";

/** A setting by all its names. */
export interface ConfigKey {
  /** `["signals", "allow"]` */
  readonly path: readonly string[];
  /** `signals.allow` */
  readonly name: string;
  /** `--signals-allow` */
  readonly flag: string;
  /** `SEXTON_SIGNALS_ALLOW` */
  readonly variable: string;
  readonly description: string;
  /** The value is a map: on the command line and in the environment it is written as YAML or JSON. */
  readonly isMap: boolean;
  /** The value is true or false, and its flag may stand alone. */
  readonly isSwitch: boolean;
  /** The flag may be there several times: what it is given is put together with semicolons. */
  readonly isMany: boolean;
}

/** Every setting of the schema. Groups (`signals`, `api`) are no settings themselves. */
export const configKeys: readonly ConfigKey[] = keysOf(createConfigSchema().config, []);

function keysOf(object: z.ZodMiniObject, prefix: readonly string[]): ConfigKey[] {
  return Object.entries(object.def.shape).flatMap(([key, schema]) => {
    const path = [...prefix, key];
    const inner = unwrap(schema as z.ZodMiniType);
    if (isObject(inner)) return keysOf(inner, path);
    const { type } = inner.def;
    const { description = "", flag } = (z.globalRegistry.get(schema) ?? {}) as { description?: string; flag?: string };
    return [
      {
        path,
        ...namesOf(path, flag),
        description,
        isMap: type === "record",
        isSwitch: type === "boolean",
        isMany: flag !== undefined,
      },
    ];
  });
}

function namesOf(path: readonly string[], flag?: string) {
  const words = (flag === undefined ? path : [flag]).flatMap((part) =>
    part.split(/(?=[A-Z])/).map((word) => word.toLowerCase()),
  );
  return { name: path.join("."), flag: words.join("-"), variable: `SEXTON_${words.join("_").toUpperCase()}` };
}

/** What is inside of defaults, optionals and what makes text ready for them. */
function unwrap(schema: z.ZodMiniType): z.ZodMiniType {
  const { innerType, in: input, out } = schema.def as Partial<Record<"innerType" | "in" | "out", z.ZodMiniType>>;
  if (innerType) return unwrap(innerType);
  return out && input?.def.type === "transform" ? unwrap(out) : schema;
}

function isObject(schema: z.ZodMiniType): schema is z.ZodMiniObject {
  return schema.def.type === "object";
}
