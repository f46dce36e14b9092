import { basename } from "node:path";
import { parseWatches, type WrittenWatch } from "#config/watch-text.ts";

/** A place of the configuration for people: a watch by its name, where its number says little. */
export function placeOf(path: readonly PropertyKey[], merged: Readonly<Record<string, unknown>>): string {
  const [group, list, index, ...rest] = path;
  if (group !== "watch" || list !== "watches") return path.join(".");
  if (typeof index !== "number") return "watch";
  const name = nameOf(merged, index);
  const watch = typeof name === "string" ? `watch "${name}"` : `watch ${index + 1}`;
  return rest.length === 0 ? watch : `${rest.join(".")} of ${watch}`;
}

function nameOf(merged: Readonly<Record<string, unknown>>, index: number): unknown {
  const { watches } = merged["watch"] as { watches: unknown };
  const written = typeof watches === "string" ? parseWatches(watches) : watches;
  if (!Array.isArray(written) || typeof written[index] !== "object") return null;
  const { name, path, paths } = (written[index] ?? {}) as WrittenWatch;
  const first = path ?? (Array.isArray(paths) ? paths[0] : paths);
  return name ?? (typeof first === "string" ? basename(first) : null);
}
