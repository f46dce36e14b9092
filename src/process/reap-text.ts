import { type Column, columns } from "#base/columns.ts";

/** What became of zombies, as the API answers it. */
export interface ReapSummary {
  readonly reaped: number;
  readonly remaining: number;
  readonly results: readonly ReapLine[];
}

export interface ReapLine {
  readonly pid: number;
  readonly strategy: string;
  readonly outcome: string;
  readonly detail: string;
  readonly fix?: string;
}

const resultColumns: readonly Column<ReapLine>[] = [
  { title: "PID", align: "right", value: ({ pid }) => pid },
  { title: "STRATEGY", value: ({ strategy }) => strategy },
  { title: "OUTCOME", value: ({ outcome }) => outcome },
  { title: "DETAIL", value: ({ detail }) => detail },
];

export function reapText({ reaped, remaining, results }: ReapSummary): string {
  const table = results.length === 0 ? "" : columns(results, resultColumns);
  const fixes = new Set(results.flatMap(({ fix }) => fix ?? []));
  return `${table}${reaped} reaped, ${remaining} remaining\n${[...fixes].map((fix) => `\n${fix}\n`).join("")}`;
}
