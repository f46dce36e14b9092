// runtime.mjs <seconds> <call>: Node or Bun, with timers, a server that it asks itself, files, and children of its own.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const [seconds, call] = [Number(process.argv[2]), process.argv[3]];
const errors = [];
const end = performance.now() + seconds * 1000;

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function check(what, found, wanted) {
  if (found !== wanted) errors.push(`${what} is ${found} instead of ${wanted}`);
}

process.on("uncaughtException", (error) => errors.push(String(error)));
process.on("unhandledRejection", (error) => errors.push(String(error)));

async function tick() {
  const start = performance.now();
  for (let number = 1; number <= Math.round(seconds * 10); number++) {
    const due = start + number * 100;
    await sleep(Math.max(0, due - performance.now()));
    if (performance.now() - due > 500) errors.push(`tick ${number} is late`);
    say({ tick: number });
  }
}

async function ask(port) {
  const text = await new Promise((resolve, reject) => {
    get({ port, host: "127.0.0.1", agent: false }, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve(body);
    }).on("error", reject);
  });
  check("the answer", text, "sexton");
}

async function runChild() {
  const child = spawn("sh", ["-c", "echo sexton; exit 3"], { stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  check("the child's exit code", await new Promise((resolve) => child.on("close", resolve)), 3);
  check("the child's output", output, "sexton\n");
}

const calls = {
  // One timer a second: nearly all the time is in one epoll_wait.
  async idle() {
    const start = performance.now();
    await sleep(1000);
    const passed = performance.now() - start;
    if (passed < 990 || passed > 2000) errors.push(`a second took ${passed} ms`);
  },
  async serve(port) {
    await ask(port);
    check("the file", (await readFile("/proc/self/comm")).length > 0, true);
    await sleep(5);
  },
  async children() {
    await runChild();
    await sleep(20);
  },
};

const server = createServer((_request, response) => response.end("sexton"));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
say({ ready: true, call });
let rounds = 0;
async function repeat() {
  for (; performance.now() < end; rounds++) await calls[call](server.address().port);
}
await Promise.all([tick(), repeat()]).catch((error) => errors.push(String(error)));
server.close();
say({ end: true, ok: errors.length === 0, rounds, errors });
process.exitCode = errors.length === 0 ? 0 : 1;
