import { actor } from "./ground.ts";
import { commandOf, type RunOptions, runCommand } from "./run.ts";
import type { Subject } from "./subjects.ts";

/** What a program was born with: test/programs/init/show.c. Bytes are in hexadecimal, unless said otherwise. */
export interface Shown {
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  readonly folder: string;
  readonly umask: number;
  readonly nice: number;
  readonly dumpable: number;
  readonly timerSlack: number;
  readonly parentDeathSignal: number;
  readonly cmdline: string;
  /** By number: where it leads, and F_GETFL. */
  readonly descriptors: Readonly<Record<string, readonly [target: string, flags: number]>>;
  /** Lines of /proc/self/status and /proc/self/limits, as text. */
  readonly status: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
  readonly oom_score_adj: string;
  readonly modes?: readonly number[];
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** The foreground group of the terminal; -1 without one. */
  readonly foreground: number;
}

export function parseShown(text: string): Shown {
  const raw = JSON.parse(text);
  return { ...raw, status: table(raw.status, /^(\w+):\s*(.*)$/), limits: table(raw.limits, /^(.*?)\s{2,}(.*?)\s*$/) };
}

function table(hex: string, line: RegExp): Record<string, string> {
  const rows = Buffer.from(hex, "hex").toString("latin1").split("\n");
  return Object.fromEntries(rows.flatMap((row) => (line.exec(row) ? [line.exec(row)?.slice(1) as string[]] : [])));
}

export interface ShowOptions extends RunOptions {
  readonly arguments?: readonly string[];
}

/** The same with and without the init. */
export async function showBoth(subject: Subject, options: ShowOptions = {}): Promise<{ bare: Shown; under: Shown }> {
  const show = [actor, "show", ...(options.arguments ?? [])];
  const { through = [] } = options;
  const env = { ...subject.env, ...options.env };
  const run = async (command: readonly string[]) => {
    const { code, out, err } = await runCommand([...through, ...command], { ...options, env });
    if (code !== 0) throw new Error(`${[...through, ...command].join(" ")} ended with ${code}: ${out} ${err}`);
    return parseShown(out.slice(out.indexOf("{")));
  };
  const [bare, under] = await Promise.all([run(show), run(commandOf(subject, options.options ?? [], show))]);
  return { bare, under };
}
