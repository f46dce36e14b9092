import { printable } from "#base/columns.ts";
import type { Evidence } from "#process/evidence.ts";
import type { Rejection } from "#process/reload.ts";

/** What became of a reload that somebody asked for, as the API answers it. */
export interface ReloadSummary {
  readonly watch: string;
  readonly status: string;
  readonly evidence: readonly Evidence[];
  readonly detail: string | null;
  readonly rejection: Rejection | null;
  readonly durationSeconds: number | null;
  readonly process: string | null;
}

/** The same as one line for a person. */
export function reloadText(summary: ReloadSummary): string {
  const { watch, status, durationSeconds, process } = summary;
  const who = process === null ? "" : ` (process ${process})`;
  const after = durationSeconds === null ? "" : ` after ${durationSeconds} s`;
  const why = reloadReason(summary);
  return `${printable(`${watch}${who}: ${status}${after}${why === "" ? "" : `, ${why}`}`)}\n`;
}

/** What shows that a reload took effect, or why there was none. */
export function reloadReason({
  evidence,
  detail,
  rejection,
}: Pick<ReloadSummary, "evidence" | "detail" | "rejection">): string {
  if (rejection !== null) return rejectionText(rejection);
  const found = evidence.map((each) => each.detail).join(", ");
  return [found, detail].filter((part) => part !== null && part !== "").join("; ");
}

/** `/etc/app/x.json:3:7: a comma is expected`, as compilers write it. */
export function rejectionText({ file, line, column, reason }: Rejection): string {
  const place = [file, line, column].filter((part) => part !== null).join(":");
  return `${place}: ${reason}`;
}

/** Of a reload that the app was told so many seconds before. */
export function supersededText(afterSeconds: number): string {
  return `A newer change came ${afterSeconds} s after it was told, before anything showed an effect.`;
}
