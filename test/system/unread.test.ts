import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { startAgent } from "../support/binary.ts";
import { eventually } from "../support/poll.ts";
import { askAndLeave } from "../support/unread.ts";

const mebibyte = 1024 * 1024;
/** More than the kernel takes for a reader that does not read (4 MiB). */
const enoughBytes = 6 * mebibyte;
const readers = 30;

/** Births with long command lines, of which each event tells. */
const births = `z=0.${"0".repeat(2_000)}; while :; do i=0; while [ $i -lt 100 ]; do sleep 0.2 $z & i=$((i+1)); done; wait; done`;

function anonymousBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

test("clients that ask for all events and read nothing of them take no memory", async () => {
  const agent = await startAgent();
  const noisy = [0, 1].map(() => Bun.spawn(["sh", "-c", births], { stdio: ["ignore", "ignore", "ignore"] }));
  const everything = async () => (await agent.fetch("/events")).arrayBuffer();
  try {
    await eventually("a full register", async () => (await everything()).byteLength > enoughBytes, 50_000);
  } finally {
    for (const shell of noisy) shell.kill("SIGKILL");
    await Promise.all(noisy.map(({ exited }) => exited));
  }
  const before = anonymousBytes(agent.pid);
  const unread = await Promise.all(Array.from({ length: readers }, () => askAndLeave(agent.url, "/events")));
  expect(new Set(unread.map(({ status }) => status))).toEqual(new Set(["HTTP/1.1 200"]));
  const grown = anonymousBytes(agent.pid) - before;
  expect(grown).toBeLessThan(32 * mebibyte);
  // Who reads gets all of it.
  const body = JSON.parse(new TextDecoder().decode(await everything()));
  expect(body.events.at(-1).id - body.events[0].id).toBe(body.events.length - 1);
  for (const { leave } of unread) leave();
  expect(await agent.stop()).toBe(0);
}, 90_000);
