import { type Column, columns, type Look } from "#base/columns.ts";

export interface ListedSetting {
  readonly key: string;
  readonly value: unknown;
  /** `default`, `file …`, `env …` or `flag …`. */
  readonly source: string;
}

/** The settings in force, drawn alike by the server and the command line. */
export function settingsTable(settings: readonly ListedSetting[], look: Look<ListedSetting> = {}): string {
  return columns(settings.flatMap(rowsOf), settingColumns, look);
}

const settingColumns: readonly Column<ListedSetting>[] = [
  { title: "SETTING", value: ({ key }) => key },
  {
    title: "VALUE",
    value: ({ value }) => (value === null ? null : typeof value === "string" ? value : JSON.stringify(value)),
  },
  { title: "FROM", value: ({ source }) => source },
];

/** A list of things with names has a row for each: all of them in one would be wider than any terminal. */
function rowsOf(setting: ListedSetting): ListedSetting[] {
  const { key, value } = setting;
  if (!Array.isArray(value) || !value.every((item) => typeof item?.name === "string") || value.length === 0)
    return [setting];
  return value.map(({ name, ...item }) => ({ ...setting, key: `${key} ${name}`, value: withoutNulls(item) }));
}

function withoutNulls(item: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null));
}
