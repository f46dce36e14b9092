import { cut, printableLines } from "#base/columns.ts";
import { type CommandContext, type ExitCode, exitCode } from "#cli/command.ts";
import type { Size } from "#cli/screen.ts";
import { show } from "#cli/show.ts";
import { type ClientAnswer, UnreachableError } from "#client/client.ts";
import { pause } from "#client/pause.ts";

export interface Watched {
  readonly everyMs: number;
  readonly ask: () => Promise<ClientAnswer>;
  /** The answer's JSON for people; null: it goes where no terminal is. */
  readonly text: (context: CommandContext, json: string, size: Size | null) => string;
  /** What stands above it, in a few words. */
  readonly title: (json: string) => string;
}

/**
 * Shows an answer again and again, in place on a terminal, else one below the other; survives that the agent is away.
 * What is wrong with the first answer ends it, as it would without watching.
 */
export async function watchAnswers(context: CommandContext, watched: Watched): Promise<ExitCode> {
  const first = await watched.ask();
  if (!first.ok) return show(context, first);
  const enough = context.live.untilEnough();
  const isShown = context.screen.isMovable() && !context.options["json"];
  await (isShown ? onTerminal(context, watched, first, enough) : onPaper(context, watched, first, enough));
  return exitCode.ok;
}

/** Each answer below the one before; as JSON a line each. */
async function onPaper(context: CommandContext, watched: Watched, first: ClientAnswer, enough: AbortSignal) {
  const { live, err, options } = context;
  const again = createAsker(watched.ask, enough);
  let trouble: string | null = null;
  let json = first.text;
  for (let count = 0; ; count++) {
    if (trouble === null) {
      const text = options["json"] ? json : `${count > 0 ? "\n" : ""}${watched.text(context, json, null)}`;
      await live.write(text);
    }
    await pause(watched.everyMs, enough);
    const next = await again();
    if (next === null) return;
    const told = trouble;
    trouble = next.trouble;
    if (next.json !== null) json = next.json;
    if (trouble !== null && told === null) err(`sexton tries again: ${printableLines(trouble)}\n`);
    if (trouble === null && told !== null) err("sexton: the agent is back\n");
  }
}

/**
 * Control sequences of https://invisible-island.net/xterm/ctlseqs/ctlseqs.html: the alternate screen, with neither cursor nor
 * lines that go on below themselves; terminals that know it (2026) show a frame only when it is whole.
 */
const enter = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const leave = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const frameOf = (lines: string) => `\u001b[?2026h\u001b[H${lines}\u001b[?2026l`;

async function onTerminal(context: CommandContext, watched: Watched, first: ClientAnswer, stopped: AbortSignal) {
  const { live, screen, paint } = context;
  const quit = new AbortController();
  const enough = AbortSignal.any([stopped, quit.signal]);
  const again = createAsker(watched.ask, enough);
  let json = first.text;
  let trouble: string | null = null;
  const draw = async () => {
    const size = screen.size();
    if (size === null || enough.aborted) return;
    const title = `sexton: ${watched.title(json)}, every ${watched.everyMs / 1000} s, q ends it`;
    const said = trouble === null ? title : `sexton tries again: ${printableLines(trouble)}`;
    const head = cut(said.replaceAll("\n", " "), size.columns);
    const lines = watched.text(context, json, size).trimEnd().split("\n");
    await live.write(frameOf(fit([trouble === null ? head : paint.bad(head), ...lines], size)));
  };
  const ends = [
    screen.onKeys((keys) => {
      // In place of the signal that the terminal sends otherwise: q, Ctrl-C, Ctrl-D and Ctrl-\.
      if (/[q\u0003\u0004\u001c]/.test(keys)) quit.abort();
    }),
    screen.onResize(() => void draw()),
  ];
  try {
    await live.write(enter);
    while (!enough.aborted) {
      await draw();
      await pause(watched.everyMs, enough);
      const next = await again();
      trouble = next?.trouble ?? null;
      json = next?.json ?? json;
    }
  } finally {
    for (const end of ends) end();
    await live.write(leave);
  }
}

/** As many lines as there is room for; what follows a line that fills its width would be erased with the rest of it. */
function fit(lines: readonly string[], { columns, rows }: Size): string {
  const hidden = lines.length - rows;
  const shown = hidden <= 0 ? lines : [...lines.slice(0, rows - 1), cut(`… ${hidden + 1} more`, columns)];
  const text = shown.map((line) => (Bun.stringWidth(line) < columns ? `${line}\u001b[K` : line)).join("\r\n");
  return shown.length < rows ? `${text}\r\n\u001b[J` : text;
}

interface Said {
  /** Null: there is none, but `trouble`. */
  readonly json: string | null;
  readonly trouble: string | null;
}

/** Asks; null: nobody wants to know any more. */
function createAsker(ask: () => Promise<ClientAnswer>, enough: AbortSignal): () => Promise<Said | null> {
  const gone = new Promise<null>((resolve) => enough.addEventListener("abort", () => resolve(null), { once: true }));
  const said = async (): Promise<Said> => {
    try {
      const { ok, text, problem } = await ask();
      return ok ? { json: text, trouble: null } : { json: null, trouble: problem?.detail ?? "the agent refuses" };
    } catch (cause) {
      if (cause instanceof UnreachableError) return { json: null, trouble: cause.message };
      throw cause;
    }
  };
  return async () => (enough.aborted ? null : Promise.race([said(), gone]));
}
