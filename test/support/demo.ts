import { existsSync, readdirSync, readFileSync } from "node:fs";
import { binary, cleanEnv, type Json } from "./binary.ts";
import { eventually } from "./poll.ts";

export interface Demo {
  readonly pid: number;
  readonly folder: string;
  readonly url: string;
  /** All that it has printed. */
  text(): string;
  json(path: string, init?: RequestInit): Promise<Json>;
  /** Waits until it has told of this. */
  tells(what: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<number>;
}

interface DemoOptions {
  readonly args?: readonly string[];
  /** What to put in front of the binary. */
  readonly wrapper?: readonly string[];
}

const toldWithinMs = 25_000;

/** Starts `sexton demo` on a free port, and gives it when it has said what to try. */
export async function startDemo({ args = ["--listen", "127.0.0.1:0"], wrapper = [] }: DemoOptions = {}): Promise<Demo> {
  const child = Bun.spawn([...wrapper, binary, "demo", ...args], {
    env: cleanEnv,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let text = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoded = stream.pipeThrough(new TextDecoderStream() as never) as unknown as AsyncIterable<string>;
    for await (const chunk of decoded) text += chunk;
  };
  const reading = Promise.all([read(child.stdout), read(child.stderr)]);
  const tells = (what: RegExp) =>
    eventually(
      `${what}`,
      () => {
        const match = what.exec(text);
        if (!match && child.exitCode !== null) throw new Error(`the demo has ended with ${child.exitCode}`);
        return match;
      },
      toldWithinMs,
    ).catch((cause) => {
      child.kill("SIGTERM");
      throw new Error(`${cause}; the demo has told: ${text}`);
    });
  await tells(/What happens meanwhile:/);
  const { folder, url } = readIntroduction(text);
  return {
    pid: child.pid,
    folder,
    url,
    text: () => text,
    json: async (path, init) => (await (await fetch(`${url}${path}`, init)).json()) as Json,
    tells,
    kill: (signal) => child.kill(signal),
    exited: reading.then(() => child.exited),
  };
}

export function readIntroduction(text: string): { folder: string; url: string } {
  const folder = /(\/\S+\/sexton-demo-[0-9a-f]+)\/conf/.exec(text)?.[1];
  const url = /the agent: (http:\S+)\//.exec(text)?.[1];
  if (!folder || !url) throw new Error(`the demo has not said where it is: ${text}`);
  return { folder, url };
}

/** What there still is of a demo: its folder, and the processes that have it in their PATH. */
export function remainsOf(folder: string): string[] {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(folder));
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").includes(folder);
  return [...processes, ...(existsSync(folder) ? [folder] : []), ...(mounts ? ["a mount"] : [])];
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}
