import { readFileSync } from "node:fs";
import { actor } from "./ground.ts";
import { asPid1, commandOf, type RunOptions } from "./run.ts";
import type { Subject } from "./subjects.ts";

/** A program under an init that tells of each signal that reaches it: test/programs/init/witness.c. */
export interface Witness {
  /** The init's, as seen from here. */
  readonly pid: number;
  /** The witness's, as it sees itself. */
  readonly own: number;
  /** To the init. */
  send(signal: number): void;
  /** Numbers, in the order in which they came. */
  received(): readonly number[];
  /** Waits until so many have come. */
  receives(count: number): Promise<readonly number[]>;
  /** What the init, and the witness, said on stderr. */
  complaints(): string;
  /** How the init has ended, once it has. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: number | string | null }>;
  /** Ends the init and the witness. */
  close(): Promise<void>;
}

export interface WitnessOptions extends RunOptions {
  /** What the init runs: the witness itself unless told. Its stdout is the witness's. */
  readonly program?: readonly string[];
  /** The pid that signals are for, given that of what was started. */
  readonly initOf?: (started: number) => number | null;
}

export const witness: readonly string[] = [actor, "witness"];

async function startWitness(subject: Subject, options: WitnessOptions = {}): Promise<Witness> {
  const { through = [], program = witness, env = {}, initOf = (pid: number) => pid } = options;
  const command = [...through, ...commandOf(subject, options.options ?? [], program)];
  const child = Bun.spawn(command, {
    env: { ...subject.env, ...env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: 90_000,
    killSignal: "SIGKILL",
  });
  let out = "";
  let err = "";
  let isOver = false;
  const look = createLookout();
  const reading = Promise.all([
    collect(child.stdout, (text) => {
      out += text;
      look.again();
    }),
    collect(child.stderr, (text) => {
      err += text;
      look.again();
    }),
  ]);
  void reading.then(() => {
    isOver = true;
    look.again();
  });
  const lines = () => [out, err].flatMap((text) => text.split("\n").slice(0, -1));
  const received = () =>
    lines()
      .filter((line) => /^\d+$/.test(line))
      .map(Number);
  const wait = async <T>(what: string, ask: () => T) => {
    const answer = await look.until(() => ask() || isOver);
    if (answer && answer !== true) return answer as NonNullable<T>;
    const found = ask();
    if (found) return found;
    throw new Error(`Waited in vain for ${what} under ${command.join(" ")}: ${JSON.stringify([out, err])}`);
  };
  let own = 0;
  const end = (pid: number) => {
    try {
      if (pid > 0) process.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  };
  const close = async () => {
    // Seen from another namespace a pid is another's.
    const isNear = through !== asPid1;
    end(child.pid);
    if (isNear && own > 0 && isWitness(own)) end(own);
    await child.exited;
    await reading;
  };
  try {
    own = Number(
      await wait("the witness to be ready", () =>
        lines()
          .find((line) => line.startsWith("ready "))
          ?.slice(6),
      ),
    );
    const pid = await wait("the init to be found", () => initOf(child.pid));
    return {
      pid,
      own,
      send: (signal) => void process.kill(pid, signal),
      received,
      async receives(count) {
        await wait(`${count} signals`, () => received().length >= count);
        return received();
      },
      complaints: () => err,
      ended: child.exited.then(() => ({
        code: child.signalCode === null ? child.exitCode : null,
        signal: child.signalCode,
      })),
      close,
    };
  } catch (cause) {
    end(child.pid);
    throw cause;
  }
}

/** Asks whenever there is something new, since a poll would take more time than hundreds of signals do. */
function createLookout(timeoutMs = 10_000) {
  const waiting = new Set<() => void>();
  return {
    again() {
      for (const look of waiting) look();
    },
    until<T>(ask: () => T): Promise<T | null> {
      return new Promise((resolve) => {
        const end = (answer: T | null) => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(answer);
        };
        const look = () => {
          const answer = ask();
          if (answer) end(answer);
        };
        const timer = setTimeout(() => end(null), timeoutMs);
        waiting.add(look);
        look();
      });
    },
  };
}

/** Starts one, and ends it with the work. */
export async function withWitness<T>(
  subject: Subject,
  options: WitnessOptions,
  work: (witness: Witness) => Promise<T>,
): Promise<T> {
  const started = await startWitness(subject, options);
  try {
    return await work(started);
  } finally {
    await started.close();
  }
}

/** The only child of a process, where it has one. */
export function childOf(pid: number): number | null {
  return Number(readOrEmpty(`/proc/${pid}/task/${pid}/children`).trim().split(" ")[0]) || null;
}

function isWitness(pid: number): boolean {
  return readOrEmpty(`/proc/${pid}/cmdline`).startsWith(`${actor}\0witness`);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

async function collect(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoded = stream.pipeThrough(new TextDecoderStream() as never) as unknown as AsyncIterable<string>;
  for await (const chunk of decoded) take(chunk);
}
