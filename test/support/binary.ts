import { existsSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "./poll.ts";

const top = join(import.meta.dir, "..", "..");
/** The compiled binary, which `npm test` builds first; or another one. */
export const binary = process.env["SEXTON_TEST_BINARY"] ?? join(top, "dist", "sexton");

/** sexton refuses variables of its own name that it does not know; a test's machine may have any. */
export const cleanEnv: Record<string, string> = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };

export interface Agent {
  readonly url: string;
  readonly pid: number;
  readonly stderr: () => string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  json(path: string, init?: RequestInit): Promise<Json>;
  post(path: string, init?: RequestInit): Promise<Response>;
  /** Its exit code, once it has ended. */
  readonly exited: Promise<number>;
  /** Ends it with SIGTERM; its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

export interface AgentOptions {
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** What to put in front of the binary: nsenter, setpriv. */
  readonly wrapper?: readonly string[];
  /** Another binary, of a release. */
  readonly program?: string;
  /** How long it may take until it serves: an emulated one takes its time. @default {10_000} */
  readonly startMs?: number;
}

// biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what a test is about to find out.
export type Json = Record<string, any>;

/** Starts the binary on a free loopback port and waits until it answers. */
export async function startAgent(options: AgentOptions = {}): Promise<Agent> {
  const { args = [], env = {}, cwd = top, wrapper = [], program = binary, startMs } = options;
  if (!existsSync(program)) throw new Error(`${program} is missing: npm run build makes it`);
  const listen = args.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
  const child = Bun.spawn([...wrapper, program, ...listen, ...args], {
    env: { ...cleanEnv, ...env },
    cwd,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  let stderr = "";
  const reading = (async () => {
    for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) stderr += chunk;
  })();
  const address = await eventually(
    "sexton to serve",
    () => {
      if (child.exitCode !== null) throw new Error(`sexton ended with ${child.exitCode}: ${stderr}`);
      return /addresses=\["([^"]+)"/.exec(stderr)?.[1];
    },
    startMs,
  ).catch((cause) => {
    // One that nobody got to know would stay for good.
    child.kill("SIGKILL");
    throw cause;
  });
  const url = `http://${address}`;
  const fetchPath = (path: string, init?: RequestInit) => fetch(`${url}${path}`, init);
  return {
    url,
    pid: child.pid,
    stderr: () => stderr,
    exited: reading.then(() => child.exited),
    fetch: fetchPath,
    json: async (path, init) => (await (await fetchPath(path, init)).json()) as Json,
    post: (path, init) => fetchPath(path, { method: "POST", ...init }),
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      await reading;
      return child.exited;
    },
  };
}

/** Runs a command of the binary to its end. */
export async function runBinary(args: readonly string[], env: Record<string, string> = {}, cwd = top) {
  const child = Bun.spawn([binary, ...args], {
    env: { ...cleanEnv, ...env },
    cwd,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, code };
}
