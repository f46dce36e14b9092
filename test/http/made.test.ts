import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Hono } from "hono";
import type { HttpEnv } from "#http/endpoint.ts";
import { type Listener, type RunningServer, startServer } from "#http/listeners/server.ts";
import { made } from "#http/slices.ts";
import { createUntaken } from "#http/untaken.ts";
import { eventually } from "../support/poll.ts";
import { sendRaw } from "../support/raw.ts";
import { askAndLeave } from "../support/unread.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.stop(0);
  server = undefined;
});

const anyPort = { hostname: "127.0.0.1", port: 0 };
const slice = new TextEncoder().encode("x".repeat(64 * 1024));

/** An answer of so many slices, behind a real listener; what became of them. */
async function answering(count: number, failsAt = Number.POSITIVE_INFINITY, at: Listener["at"] = anyPort) {
  let [taken, given, closed] = [0, 0, 0];
  const app = new Hono<HttpEnv>();
  const untaken = createUntaken().read;
  app.get("/", (c) => {
    c.set("untaken", untaken);
    given++;
    let next = 0;
    const end = { done: true, value: undefined } as const;
    const slices = {
      next() {
        if (next === failsAt) throw new Error("it has ended");
        taken++;
        return next++ < count ? { done: false as const, value: slice } : end;
      },
      return() {
        closed++;
        next = count;
        return end;
      },
    };
    return made(c, slices, { "content-type": "text/plain" });
  });
  const means = { peerUid: () => 0, steer: null };
  server = await startServer(app, { at, role: "read" }, means);
  return { url: `http://${server.address}`, taken: () => taken, isClosed: () => given > 0 && closed >= given };
}

test("what is short goes out as it is, with its length", async () => {
  const { url } = await answering(1);
  expect((await fetch(url)).headers.get("content-length")).toBe(`${slice.length}`);
  const none = await answering(0);
  expect(await (await fetch(none.url)).text()).toBe("");
});

test("a slice is made when the one before is taken, and no more once the reader has gone", async () => {
  const { url, taken, isClosed } = await answering(10_000);
  const { leave } = await askAndLeave(url, "/");
  // 640 MB are not what a kernel takes for a reader.
  expect(taken()).toBeLessThan(1_000);
  leave();
  await eventually("the rest to be given up", isClosed);
  const { url: whole, isClosed: isWhole } = await answering(100);
  expect((await (await fetch(whole)).arrayBuffer()).byteLength).toBe(100 * slice.length);
  expect(isWhole()).toBe(true);
});

test("HEAD takes no slices", async () => {
  const { url, taken, isClosed } = await answering(100);
  expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
  expect([taken(), isClosed()]).toEqual([2, true]);
});

test("what ends in the midst does not look whole", async () => {
  const { url, isClosed } = await answering(100, 50);
  const { text, statuses } = await sendRaw(url, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", { forMs: 5_000 });
  expect([statuses, text.length > slice.length, text.endsWith("0\r\n\r\n")]).toEqual([[200], true, false]);
  expect(isClosed()).toBe(true);
});

test("who has closed its side after asking gets all of it by a Unix socket, however slowly it is taken", async () => {
  const folder = mkdtempSync("/tmp/sexton-made-");
  const path = join(folder, "s");
  await answering(50, Number.POSITIVE_INFINITY, { path });
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  const socket = connect({ path, allowHalfOpen: true }, () => socket.end("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    socket.pause();
    setTimeout(() => socket.resume(), 10);
  });
  socket.on("end", () => socket.destroy());
  socket.on("close", () => resolve(text));
  const all = await promise;
  expect([all.length > 50 * slice.length, all.endsWith("0\r\n\r\n")]).toEqual([true, true]);
  rmSync(folder, { recursive: true });
});
