import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { listenWithPeers } from "#http/listeners/unix-front.ts";
import { eventually } from "../../support/poll.ts";

const answerBytes = 800_000;

test("who takes nothing of an answer does not keep its connection for good", async () => {
  const folder = mkdtempSync("/tmp/sexton-front-");
  const path = join(folder, "s");
  const fetch = () => new Response("x".repeat(answerBytes));
  const serve = (at: string) => Bun.serve({ unix: at, idleTimeout: 60, fetch } as never) as Bun.Server<undefined>;
  const front = listenWithPeers({
    path,
    mode: 0o600,
    peerUid: () => process.getuid?.() ?? null,
    uids: null,
    serve,
    patienceSeconds: 1,
  });
  const open = () => readdirSync("/proc/self/fd").length;
  const before = open();
  const taken = Promise.withResolvers<void>();
  const client = await Bun.connect({
    unix: path,
    socket: {
      data(socket) {
        socket.pause();
        taken.resolve();
      },
    },
  });
  client.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  await taken.promise;
  expect(open()).toBeGreaterThan(before + 1);
  // The client's own end stays.
  await eventually("the way to it to be given back", () => open() <= before + 1, 25_000);
  client.terminate();
  await front.stop(0);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

/** A front whose callers are whoever the test says; each server answers with the user that it is for. */
function frontFor(uids: readonly number[] | null) {
  const folder = mkdtempSync("/tmp/sexton-front-");
  const path = join(folder, "s");
  let calling = 0;
  const made: (number | null)[] = [];
  const serve = (at: string, uid: number | null) => {
    made.push(uid);
    return Bun.serve({ unix: at, fetch: () => new Response(`${uid}`) } as never) as Bun.Server<undefined>;
  };
  const front = listenWithPeers({ path, mode: 0o600, peerUid: () => calling, uids, serve });
  return {
    made,
    servers: () => readdirSync(join(folder, ".s.d")).length,
    /** Connects, and asks once; null: it was sent away. */
    async connectAs(uid: number) {
      calling = uid;
      const { promise, resolve } = Promise.withResolvers<string | null>();
      const socket = await Bun.connect({
        unix: path,
        socket: {
          data: (_, bytes) => resolve(bytes.toString().split("\r\n\r\n")[1] ?? ""),
          close: () => resolve(null),
          error: () => resolve(null),
        },
      });
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      return { answer: await promise, leave: () => socket.terminate() };
    },
    async [Symbol.asyncDispose]() {
      await front.stop(0);
      expect(readdirSync(folder)).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  };
}

test("users who have gone make room for others, and come back", async () => {
  await using front = frontFor(null);
  for (let uid = 1_000; uid < 1_100; uid++) {
    const { answer, leave } = await front.connectAs(uid);
    expect(answer).toBe(`${uid}`);
    leave();
  }
  expect(front.servers()).toBeLessThanOrEqual(64);
  const again = await front.connectAs(1_000);
  expect(again.answer).toBe("1000");
  again.leave();
});

test("strangers take no room from who may call, however many there are and stay", async () => {
  await using front = frontFor([7]);
  const strangers = [];
  for (let uid = 1_000; uid < 1_100; uid++) strangers.push(await front.connectAs(uid));
  const answered = strangers.map(({ answer }) => answer).filter((answer) => answer !== null);
  // Those who are told by name, and all others, who are nobody.
  expect([answered.length, new Set(answered).has("null"), front.servers() <= 10]).toEqual([64, true, true]);
  const own = await front.connectAs(7);
  expect(own.answer).toBe("7");
  for (const { leave } of [own, ...strangers]) leave();
  await eventually("room for strangers", async () => {
    const { answer, leave } = await front.connectAs(2_000);
    leave();
    return answer === "2000";
  });
});
