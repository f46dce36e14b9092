import { describe, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freePort } from "./free-port.ts";
import { eventually } from "./poll.ts";

/** Tests that need a real server: skipped with the reason where its package is not there, unless they are required. */
export function describeWithServer(title: string, programs: readonly string[], debian: string, body: () => void): void {
  const missing = programs.filter((program) => serverPath(program) === null);
  if (missing.length === 0) return void describe(title, body);
  const reason = `not installed: ${missing.join(", ")} (Debian's package ${debian})`;
  if (process.env["REQUIRE_SERVER_TESTS"] === "1") {
    test(title, () => {
      throw new Error(`Cannot run these tests: ${reason}`);
    });
  } else {
    console.warn(`Skipped ${title}: ${reason}`);
    describe.skip(title, body);
  }
}

/** Servers are in sbin, which a plain user's PATH does not name. */
function serverPath(program: string): string | null {
  return Bun.which(program, { PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` });
}

/** Debian's name for PHP-FPM has its version in it. */
export const phpFpm: string = readdirSync("/usr/sbin").find((name) => /^php-fpm[\d.]+$/.test(name)) ?? "php-fpm";

export interface Server {
  readonly pid: number;
  readonly folder: string;
  readonly port: number;
  /** Its children. */
  children(): readonly number[];
  write(file: string, text: string): void;
  read(file: string): string;
  said(): string;
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Given its folder and a free port: what to write there. */
  readonly files: (folder: string, port: number) => Readonly<Record<string, string>>;
  readonly command: (folder: string, port: number) => readonly string[];
  /** Default: when something listens at the port. */
  readonly isReady?: (server: Server) => boolean | Promise<boolean>;
}

/** A server in the foreground on loopback, with a folder of its own. */
export async function startServer({ files, command, isReady }: ServerOptions): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), "sexton-server-"));
  const port = freePort();
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  for (const [file, text] of Object.entries(files(folder, port))) write(file, text);
  const [program = "", ...args] = command(folder, port);
  const output = join(folder, "output.log");
  const child = Bun.spawn([serverPath(program) ?? program, ...args], {
    cwd: folder,
    stdin: "ignore",
    stdout: Bun.file(output),
    stderr: Bun.file(join(folder, "error.log")),
  });
  const read = (file: string) => {
    try {
      return readFileSync(join(folder, file), "utf8");
    } catch {
      return "";
    }
  };
  const { pid } = child;
  const server: Server = {
    pid,
    folder,
    port,
    children: () => childrenOf(pid),
    write,
    read,
    said: () => `${read("output.log")}${read("error.log")}`,
    async close() {
      const family = [pid, ...childrenOf(pid)];
      for (const member of family) endProcess(member);
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await eventually(`${program} to be ready`, async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}: ${server.said()}`);
      return isReady ? await isReady(server) : await isListening(port);
    });
  } catch (cause) {
    await server.close();
    throw cause;
  }
  return server;
}

/** It does nothing for a moment, and so is done with its start. */
export async function isIdle(pid: number): Promise<boolean> {
  const statOf = () => readFileSync(`/proc/${pid}/stat`, "utf8");
  const before = statOf();
  await Bun.sleep(300);
  return before === statOf() && before.includes(") S ");
}

export async function isListening(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}

export function childrenOf(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const texts = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"));
    return texts.flatMap((text) => text.split(" ").filter(Boolean).map(Number));
  } catch {
    return [];
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** haproxy that answers with a text. */
export const haproxyConfig = (folder: string, port: number, says: string): string => `
global
  stats socket ${folder}/haproxy.sock
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 1s
frontend front
  bind 127.0.0.1:${port}
  http-request return status 200 content-type text/plain string ${says}
`;
