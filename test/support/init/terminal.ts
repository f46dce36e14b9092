import { eventually } from "../poll.ts";
import { actor } from "./ground.ts";

/** A pseudo-terminal with a program as the leader of its session: test/programs/init/terminal.c. */
export interface Terminal {
  /** The program's. */
  pid(): Promise<number>;
  type(text: string): void;
  /** Waits until it shows something that it has not been asked for yet, and gives the match. */
  shows(what: RegExp): Promise<RegExpExecArray>;
  /** All that it has shown. */
  text(): string;
  /** How the program has ended, as a shell has it. */
  ended(): Promise<number>;
  /** Hangs up and waits. */
  close(): Promise<void>;
}

export const keys = { interrupt: "\x03", suspend: "\x1a", quit: "\x1c", end: "\x04" };

function openTerminal(command: readonly string[], env: Readonly<Record<string, string>>): Terminal {
  const child = Bun.spawn([actor, "terminal", ...command], {
    env: { ...env, PS1: "", HISTFILE: "" },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  let shown = "";
  let said = "";
  let taken = 0;
  const reading = Promise.all([
    (async () => {
      for await (const chunk of decoded(child.stdout)) shown += chunk;
    })(),
    (async () => {
      for await (const chunk of decoded(child.stderr)) said += chunk;
    })(),
  ]);
  const wait = <T>(what: string, ask: () => T) =>
    eventually(`${what} of ${command.join(" ")}`, ask).catch((cause) => {
      throw new Error(
        `${cause}; the terminal shows ${JSON.stringify(shown.slice(taken))}, before ${JSON.stringify(shown.slice(0, taken))}`,
      );
    });
  return {
    pid: async () => Number((await wait("the pid", () => /^pid (\d+)$/m.exec(said)))[1]),
    type(text) {
      child.stdin.write(text);
      void child.stdin.flush();
    },
    shows(what) {
      return wait(`${what}`, () => {
        const match = what.exec(shown.slice(taken));
        if (match) taken += match.index + match[0].length;
        return match;
      });
    },
    text: () => shown,
    ended: async () => Number((await wait("the end", () => /^code (\d+)$/m.exec(said)))[1]),
    async close() {
      child.kill("SIGKILL");
      await child.exited;
      await reading;
    },
  };
}

/** Opens one, and closes it with the work. */
export async function withTerminal<T>(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  work: (terminal: Terminal) => Promise<T>,
): Promise<T> {
  const terminal = openTerminal(command, env);
  try {
    return await work(terminal);
  } finally {
    await terminal.close();
  }
}

function decoded(stream: ReadableStream<Uint8Array>): AsyncIterable<string> {
  return stream.pipeThrough(new TextDecoderStream() as never) as unknown as AsyncIterable<string>;
}
