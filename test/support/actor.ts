import { eventually } from "./poll.ts";
import { isBlocked, isLivingInGroup, isZombie, stateOf } from "./process-state.ts";

/**
 * Parents that never wait for their children, and tell in lines of JSON how they fare: test/programs/zombies. Whoever
 * interferes with them has done no harm when what they say at the end is ok.
 */
export interface Actor {
  /** Its own process group's id too. */
  readonly pid: number;
  /** Once its zombies are there and it is about to block in its call, or has begun to tick. */
  ready(): Promise<Ready>;
  /** Once its main thread, or another, sleeps in a system call. */
  blocked(tid?: number): Promise<void>;
  /** The first result that has not been asked for yet. */
  result(): Promise<CallResult>;
  /** Its exit code and its last line, once it has ended by itself, and the time from its start to its end. */
  end(): Promise<{ readonly code: number; readonly said: Line; readonly seconds: number }>;
  /** All lines so far. */
  lines(): readonly Line[];
  ticks(): number;
  /** Those of its zombies that nobody has collected yet. */
  zombies(): readonly number[];
  signal(signal: NodeJS.Signals): void;
  /** To its stdin. */
  write(text: string): void;
  /** The crude interruption: every call that ends with EINTR when its thread stops does so. */
  stopAndContinue(): Promise<void>;
  /** Ends it and everything that it started. */
  finish(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: each actor has fields of its own.
export type Line = Readonly<Record<string, any>>;

export interface Ready extends Line {
  readonly pid: number;
  readonly tids: readonly number[];
  readonly zombies: readonly number[];
  /** How each zombie has ended. */
  readonly ends: readonly ({ readonly exitCode: number } | { readonly signal: number })[];
  /** What it blocks in. */
  readonly call: string;
}

export interface CallResult extends Line {
  readonly call: string;
  readonly returned: number;
  readonly errno: number;
  readonly seconds: number;
  readonly expected: number;
  readonly expectedErrno: number;
  readonly expectedSeconds: number;
  /** Beyond its time, without the time that the thread waited for a processor. */
  readonly lateSeconds: number;
  readonly ok: boolean;
  /** Sentences. */
  readonly wrong: readonly string[];
}

/** Starts a program that speaks in such lines. */
export function startActor(command: readonly string[]): Actor {
  const child = Bun.spawn([...command], { detached: true, stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  const { pid } = child;
  const startedAt = performance.now();
  const lines: Line[] = [];
  let stderr = "";
  let taken = 0;
  let isOver = false;
  const reading = (async () => {
    let rest = "";
    for await (const chunk of decoded(child.stdout)) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts.map(parseLine));
    }
    isOver = true;
  })();
  const complaining = (async () => {
    for await (const chunk of decoded(child.stderr)) stderr += chunk;
  })();
  /** Waits for the line of that number among those that have a field. */
  const find = (field: string, number = 0) =>
    eventually(`"${field}" of ${command.join(" ")}`, () => {
      const found = lines.filter((line) => field in line)[number];
      if (found !== undefined) return found;
      if (isOver) throw new Error(`${command.join(" ")} ended without "${field}": ${JSON.stringify(lines)} ${stderr}`);
      return null;
    });

  const ready = () => find("ready") as Promise<Ready>;
  return {
    pid,
    ready,
    async blocked(tid = pid) {
      await ready();
      await eventually(`${command.join(" ")} to sleep in a system call`, () => isBlocked(pid, tid));
    },
    result: () => find("returned", taken++) as Promise<CallResult>,
    async end() {
      await Promise.all([reading, complaining]);
      const code = await child.exited;
      return { code, said: lines.at(-1) ?? {}, seconds: (performance.now() - startedAt) / 1000 };
    },
    lines: () => lines,
    ticks: () => lines.filter((line) => "tick" in line).length,
    zombies: () => lines.flatMap((line) => (line["zombies"] as readonly number[]) ?? []).filter(isZombie),
    signal: (signal) => void process.kill(pid, signal),
    write(text) {
      child.stdin.write(text);
      void child.stdin.flush();
    },
    async stopAndContinue() {
      process.kill(pid, "SIGSTOP");
      await eventually(`process ${pid} to stop`, () => stateOf(pid) === "T");
      process.kill(pid, "SIGCONT");
    },
    async finish() {
      killGroup(pid);
      await Promise.all([child.exited, reading, complaining]);
      await eventually(`the processes of group ${pid} to be gone`, () => !isLivingInGroup(pid));
    },
  };
}

function decoded(stream: ReadableStream<Uint8Array>): AsyncIterable<string> {
  return stream.pipeThrough(new TextDecoderStream() as never) as unknown as AsyncIterable<string>;
}

function parseLine(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return { unparsed: text };
  }
}

function killGroup(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}
