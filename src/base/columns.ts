/**
 * What a terminal would act on instead of showing it, or would show in another order, or not at all: control
 * characters, line separators, bidirectional and zero-width marks. Names and arguments are other people's text.
 */
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

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
  readonly value: (row: Row) => string | number | null;
}

/** A table as ps(1) prints it: columns two spaces apart, unknown as `-`, the last column not padded. */
export function columns<Row>(rows: readonly Row[], shape: readonly Column<Row>[]): string {
  const cells = rows.map((row) => shape.map(({ value }) => printable(String(value(row) ?? "-"))));
  const titles = shape.map(({ title }) => title);
  const widths = titles.map((title, index) =>
    cells.reduce((width, line) => Math.max(width, Bun.stringWidth(line[index] as string)), title.length),
  );
  const format = (line: readonly string[]) =>
    line
      .map((cell, index) => {
        const space = " ".repeat((widths[index] as number) - Bun.stringWidth(cell));
        return shape[index]?.align === "right" ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  return `${[titles, ...cells].map(format).join("\n")}\n`;
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
