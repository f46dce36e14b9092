/** What a terminal shows after having been sent text: so much of xterm's control sequences as sexton uses. */
export interface ScreenGrid {
  write(text: string): void;
  resize(columns: number, rows: number): void;
  /** Line by line, without spaces at the ends. */
  lines(): string[];
  readonly state: { alternate: boolean; cursorShown: boolean; wraps: boolean };
}

export function createScreenGrid(columns: number, rows: number): ScreenGrid {
  const state = { alternate: false, cursorShown: true, wraps: true };
  let size = { columns, rows };
  const blank = () => Array.from({ length: size.rows }, () => Array.from({ length: size.columns }, () => " "));
  let cells = blank();
  let row = 0;
  let column = 0;
  let main = { cells, row, column };
  let rest = "";

  function newLine() {
    if (row < size.rows - 1) row++;
    else cells = [...cells.slice(1), Array.from({ length: size.columns }, () => " ")];
  }

  function print(character: string) {
    const width = Bun.stringWidth(character);
    if (column + width > size.columns) {
      if (state.wraps) {
        column = 0;
        newLine();
      } else column = size.columns - width;
    }
    const line = cells[row] as string[];
    line[column] = character;
    if (width === 2) line[column + 1] = "";
    column += width;
  }

  /** The cursor that has printed the last column waits there, and erasing begins with it. */
  const erase = (line: string[], from: number) => line.fill(" ", Math.min(from, size.columns - 1));

  function privateMode(mode: string, on: boolean) {
    if (mode === "7") state.wraps = on;
    else if (mode === "25") state.cursorShown = on;
    else if (mode === "1049") {
      state.alternate = on;
      if (on) main = { cells, row, column };
      else ({ row, column } = main);
      cells = on ? blank() : main.cells;
    } else if (mode !== "2026") throw new Error(`unknown mode ${mode}`);
  }

  function control(parameters: string, final: string) {
    if (parameters.startsWith("?")) return privateMode(parameters.slice(1), final === "h");
    switch (final) {
      case "H":
        row = 0;
        column = 0;
        return;
      case "K":
        erase(cells[row] as string[], column);
        return;
      case "J":
        erase(cells[row] as string[], column);
        for (const line of cells.slice(row + 1)) line.fill(" ");
        return;
      case "m":
        return;
      default:
        throw new Error(`unknown control sequence ${JSON.stringify(parameters + final)}`);
    }
  }

  return {
    state,
    write(more) {
      // What comes may end in the midst of a sequence.
      const [whole, begun] = /^([\s\S]*?)(\u001b(?:\[[?\d;]*)?)?$/.exec(rest + more)?.slice(1) ?? [];
      const text = whole ?? "";
      rest = begun ?? "";
      const pieces = /\u001b\[([?\d;]*)([A-Za-z])|\r|\n|[^\u0000-\u001f]|[\s\S]/gu;
      for (const [piece, parameters, final] of text.matchAll(pieces)) {
        if (final !== undefined) control(parameters ?? "", final);
        else if (piece === "\r") column = 0;
        else if (piece === "\n") newLine();
        else if (piece < " ") throw new Error(`a control character that is nobody's: ${JSON.stringify(piece)}`);
        else print(piece);
      }
    },
    resize(newColumns, newRows) {
      size = { columns: newColumns, rows: newRows };
      cells = Array.from({ length: newRows }, (_, index) =>
        Array.from({ length: newColumns }, (_, at) => cells[index]?.[at] ?? " "),
      );
      row = Math.min(row, newRows - 1);
      column = Math.min(column, newColumns);
    },
    lines: () => cells.map((line) => line.join("").trimEnd()),
  };
}
