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
  const front = listenWithPeers({ path, mode: 0o600, peerUid: () => 0, serve, patienceSeconds: 1 });
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
