/**
 * What a terminal would act on instead of showing it, or would show in another order, or not at all: control
 * characters, line separators, bidirectional and zero-width marks. Names and arguments are other people's text.
 */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.charCodeAt(0);
    if (character === "\n") return "\\n";
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** The same for text of several lines that is our own but for what it quotes. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

export interface Column<Row> {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Where a table is wider than it may be, columns are left out: first those whose number here is highest. */
  readonly leftOut?: number;
  readonly value: (row: Row) => string | number | null;
}

export interface Look<Row> {
  /** So wide at most, in columns of a terminal: what is over the edge is cut. Null: as wide as it is. */
  readonly width?: number | null;
  /** The last column keeps so much of its width when others could be left out instead. */
  readonly lastWidth?: number;
  /** What is put around the text of a line and takes no room: colours. */
  readonly paintTitles?: (line: string) => string;
  readonly paintRow?: (row: Row, line: string) => string;
}

/** A table as ps(1) prints it: columns two spaces apart, unknown as `-`, the last column not padded. */
export function columns<Row>(rows: readonly Row[], shape: readonly Column<Row>[], look: Look<Row> = {}): string {
  const { width = null, paintTitles = (line) => line, paintRow = (_, line) => line } = look;
  const all = shape.map((column) => {
    const cells = rows.map((row) => printable(String(column.value(row) ?? "-")));
    const widest = cells.reduce((most, cell) => Math.max(most, Bun.stringWidth(cell)), column.title.length);
    // What nobody is known of is of no use to who has little room.
    const isUnknown = column.leftOut !== undefined && cells.every((cell) => cell === "-");
    return { ...column, leftOut: isUnknown ? Number.MAX_VALUE : (column.leftOut ?? 0), cells, widest };
  });
  const kept = width === null ? all : fitting(all, width, look.lastWidth ?? 24);
  const lineOf = (cellOf: (column: (typeof kept)[number]) => string) => {
    const line = kept.map((column) => padded(cellOf(column), column)).join("  ");
    return width === null ? line.trimEnd() : cut(line.trimEnd(), width);
  };
  const lines = rows.map((row, index) =>
    paintRow(
      row,
      lineOf(({ cells }) => cells[index] as string),
    ),
  );
  return `${[paintTitles(lineOf(({ title }) => title)), ...lines].join("\n")}\n`;
}

/** So wide at most. Bun 1.4.5 takes one column too many where the edge is in the midst of a wide character. */
export function cut(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  const start = Bun.sliceAnsi(text, 0, width - 1);
  return `${Bun.stringWidth(start) < width ? start : Bun.sliceAnsi(text, 0, width - 2)}…`;
}

function padded(cell: string, { align, widest }: Pick<Column<never>, "align"> & { readonly widest: number }): string {
  const space = " ".repeat(widest - Bun.stringWidth(cell));
  return align === "right" ? space + cell : cell + space;
}

/** Without those columns that are left out so that the last one has room. */
function fitting<Fitted extends { readonly leftOut: number; readonly widest: number }>(
  all: readonly Fitted[],
  width: number,
  lastWidth: number,
): readonly Fitted[] {
  const needed = Math.min(all.at(-1)?.widest ?? 0, lastWidth);
  const taken = all.slice(0, -1).reduce((sum, { widest }) => sum + widest + 2, 0);
  const next = Math.max(...all.map(({ leftOut }) => leftOut));
  if (taken + needed <= width || next === 0) return all;
  return fitting(
    all.filter(({ leftOut }) => leftOut < next),
    width,
    lastWidth,
  );
}

/** 5242880 as `5.0M`. */
export function humanBytes(bytes: number): string {
  const units = ["B", "K", "M", "G", "T", "P"];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return power === 0 ? `${bytes}B` : `${(bytes / 1024 ** power).toFixed(1)}${units[power]}`;
}

/** 75.3 s as `1:15`, 4000 s as `1:06:40`, 100000 s as `1-03:46:40`, as ps(1) writes TIME. */
export function humanSeconds(total: number): string {
  const seconds = Math.floor(total);
  const two = (value: number) => String(value).padStart(2, "0");
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days}-${two(hours)}:${two(minutes)}:${two(seconds % 60)}`;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}
