import { binary, cleanEnv } from "./binary.ts";
import { createScreenGrid } from "./screen-grid.ts";

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Record<string, string>;
}

/** Runs a program in a pseudo-terminal, the binary unless another is named. */
export function startInPty(args: readonly string[], options: PtyOptions = {}, program: readonly string[] = [binary]) {
  const { columns = 80, rows = 24, env = {} } = options;
  const grid = createScreenGrid(columns, rows);
  const decoder = new TextDecoder();
  let raw = "";
  const child = Bun.spawn([...program, ...args], {
    env: { ...cleanEnv, TERM: "xterm-256color", ...env },
    terminal: {
      cols: columns,
      rows,
      data(_, bytes) {
        const text = decoder.decode(bytes, { stream: true });
        raw += text;
        grid.write(text);
      },
    },
  });
  const { terminal } = child;
  if (!terminal) throw new Error("there is no pseudo-terminal");
  return {
    pid: child.pid,
    grid,
    /** All that was ever sent to the terminal. */
    raw: () => raw,
    type: (keys: string) => void terminal.write(keys),
    resize(newColumns: number, newRows: number) {
      grid.resize(newColumns, newRows);
      terminal.resize(newColumns, newRows);
    },
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Its exit code, once all that it has printed is there. */
    async ended(): Promise<number> {
      const code = await child.exited;
      terminal.close();
      return code;
    },
  };
}
