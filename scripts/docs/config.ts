import * as z from "zod/mini";
import { createConfigSchema } from "#config/schema.ts";
import type { Help } from "./help.ts";
import { code, page, table } from "./markdown.ts";

export function configPage({ settings }: Help): string {
  return page(
    "Settings",
    "A setting may be in the file that `--config` or `SEXTON_CONFIG` names (YAML or JSON), in a variable, and on the command line; each wins over the one before. None is needed. What is in force, and where each value came from, `sexton config show` and `GET /config` say; `sexton config check` says what is wrong. SIGHUP to sexton reads them again: all or nothing, the old ones stay on error.",
    table(
      ["key", "default", "what it is"],
      settings.map(({ name, default: value, description }) => [code(name), defaultOf(value), description]),
    ),
    "A time is written `20ms`, `10s`, `5m` or `1h`. A list is written with commas in variables and flags, a map as YAML.",
    `## Their variables and flags\n\n${table(
      ["key", "variable", "flag"],
      settings.map(({ name, variable, flag }) => [code(name), code(variable), code(flag)]),
    )}`,
    `## targets\n\nA map of names to rules; a rule has at least one of these.\n\n${table(["key", "what it is"], targetRows())}`,
    "## watch\n\n[../reload.md](../reload.md) has the keys of a watch, and what is a change and a success.",
  );
}

function defaultOf(value: unknown): string {
  return value === null ? "-" : code(typeof value === "string" ? value : JSON.stringify(value));
}

function targetRows(): string[][] {
  const { shape } = createConfigSchema().target.def as { shape: Record<string, z.ZodMiniType> };
  return Object.entries(shape).map(([key, schema]) => {
    const { description = "" } = (z.globalRegistry.get(schema) ?? {}) as { description?: string };
    return [code(key), description];
  });
}
