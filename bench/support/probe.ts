import type { Cleanup } from "./cleanup.ts";

/** A running program that measures on request, so that its start is not in what it measures. */
export interface Probe {
  readonly pid: number;
  /** Sends a line that ends in a number; the program answers with as many lines, one number each. */
  ask(line: string): Promise<number[]>;
  end(): Promise<void>;
}

export function startProbe(argv: readonly string[], cleanup: Cleanup): Probe {
  const child = Bun.spawn([...argv], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
  const lines = linesOf(child.stdout);
  const end = async () => {
    await child.stdin.end();
    await child.exited;
  };
  cleanup.add(end);
  return {
    pid: child.pid,
    end,
    async ask(line) {
      child.stdin.write(`${line}\n`);
      await child.stdin.flush();
      const answers: number[] = [];
      for (let left = Number(line.split(" ").at(-1)); left > 0; left--) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`Cannot measure: ${argv.at(-1)} ended with exit code ${await child.exited}`);
        answers.push(Number(value));
      }
      return answers;
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
