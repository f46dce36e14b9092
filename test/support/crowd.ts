import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linesOf } from "./lines.ts";
import type { Namespace } from "./namespace.ts";

const sources = join(import.meta.dir, "..", "..", "bench");

/** The benchmarks' programs, in a namespace: many who sleep, and some who come and go. */
export function createCrowd(namespace: Namespace) {
  const folder = mkdtempSync(join(tmpdir(), "sexton-crowd-"));
  const compile = (name: string) => {
    const path = join(folder, name);
    const { exitCode, stderr } = Bun.spawnSync(["gcc", "-O2", "-o", path, join(sources, `${name}.c`)], {
      stderr: "pipe",
    });
    if (exitCode !== 0) throw new Error(stderr.toString());
    return path;
  };
  const start = (command: readonly string[]) =>
    Bun.spawn([...namespace.enter, ...command], { stdin: "pipe", stdout: "pipe", stderr: "ignore" });
  const storm = start([compile("storm")]);
  const sleepers = compile("sleepers");
  return {
    async sleep(count: number) {
      const child = start([sleepers, String(count)]);
      await linesOf(child.stdout).waitFor("ready");
    },
    /** So many births a second for so long, each of which lives for `lifeMs`. */
    fork(perSecond: number, lifeMs: number, seconds: number) {
      storm.stdin.write(`${perSecond} ${lifeMs} ${seconds} 1\n`);
      storm.stdin.flush();
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** Reads an event stream and keeps nothing of it but how much there was. */
export function followEvents(url: string) {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  let bytes = 0;
  let closed = false;
  socket.on("data", (chunk) => {
    bytes += chunk.length;
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    closed = true;
  });
  socket.write(`GET /events HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`);
  return { socket, bytes: () => bytes, closed: () => closed, close: () => socket.destroy() };
}
