import { fstatSync } from "node:fs";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The terminal that standard output may be. */
export interface Screen {
  /** Null: it is none. */
  readonly size: () => Size | null;
  /** It is one, and its cursor can be sent elsewhere. */
  readonly isMovable: () => boolean;
  /** Calls whenever the window has another size; what it returns ends that. */
  readonly onResize: (listener: () => void) => () => void;
  /** Takes keys as they are pressed, without showing them; what it returns gives the keyboard back. */
  readonly onKeys: (listener: (keys: string) => void) => () => void;
}

/** Of a window that does not say: `docker exec -t` begins with 0 by 0. */
const usual: Size = { columns: 80, rows: 24 };

/** Node's streams take a megabyte and some milliseconds: they are not even asked where there can be no terminal. */
export function createScreen(env: Readonly<Record<string, string | undefined>>): Screen {
  const isTerminal = () => isDevice(1) && process.stdout.isTTY === true;
  return {
    isMovable: () => isTerminal() && env["TERM"] !== "dumb",
    size() {
      if (!isTerminal()) return null;
      const [columns, rows] = process.stdout.getWindowSize();
      return { columns: columns || usual.columns, rows: rows || usual.rows };
    },
    onResize(listener) {
      process.on("SIGWINCH", listener);
      return () => process.off("SIGWINCH", listener);
    },
    onKeys(listener) {
      const { stdin } = process;
      if (!stdin.isTTY) return () => {};
      const hear = (keys: Buffer) => listener(keys.toString("latin1"));
      stdin.setRawMode(true);
      stdin.on("data", hear);
      return () => {
        stdin.off("data", hear);
        stdin.setRawMode(false);
        stdin.pause();
      };
    },
  };
}

function isDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false; // It is closed: `>&-`.
  }
}
