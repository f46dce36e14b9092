import { afterEach, describe, expect, test } from "bun:test";
import { type RunningServer, startServer } from "#http/listeners/server.ts";
import { realApp } from "../../support/app.ts";
import { eventually } from "../../support/poll.ts";
import { openStream } from "../../support/stream.ts";

const sse = "text/event-stream";
const ndjson = "application/x-ndjson";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.stop(0);
  server = undefined;
});

/** The API behind a real listener. */
async function listening(options: Parameters<typeof realApp>[0] = {}) {
  const app = realApp(options);
  server = await startServer(app.app, { at: { hostname: "127.0.0.1", port: 0 }, role: "operate" });
  const url = `http://${server.address}`;
  return { ...app, url, open: (path: string, accept = sse) => openStream(url + path, accept) };
}

/** Far more than the kernel takes for a reader that does not read (4 MiB). */
function flood({ bus }: Awaited<ReturnType<typeof listening>>, events: number) {
  const text = "x".repeat(64 * 1024);
  for (let at = 0; at < events; at++) bus.emit({ type: "process.started", data: { at, text } });
}

describe("open streams", () => {
  test("get the headers at once, and each event as it happens", async () => {
    const { open, bus } = await listening();
    for (const accept of [sse, ndjson]) {
      const reader = await open("/events", accept);
      await reader.waitFor("\r\n\r\n");
      const id = bus.emit({ type: "config.changed" });
      await reader.waitFor(`"id":${id},`);
      reader.socket.destroy();
    }
    // fetch() answers when the headers are there, though nothing happens.
    const aborted = new AbortController();
    const { url } = await listening();
    const response = await fetch(`${url}/events`, { headers: { accept: ndjson }, signal: aborted.signal });
    expect(response.status).toBe(200);
    aborted.abort();
  });

  test("share one heartbeat, and leave nothing behind when they are closed", async () => {
    const { open, streams } = await listening({ heartbeatMs: 20 });
    const readers = await Promise.all([open("/events"), open("/events"), open("/events", ndjson)]);
    await readers[0].waitFor(/(id: \w+\.0\n: heartbeat\n\n[\s\S]*){3}/);
    await readers[1].waitFor(": heartbeat\n\n");
    await readers[2].waitFor(/\r\n1\r\n\n\r\n1\r\n\n/);
    expect(streams.count()).toBe(3);
    for (const { socket } of readers) socket.destroy();
    await eventually("the streams to be gone", () => streams.count() === 0);
  });

  test("that read get everything, however much happens at once", async () => {
    const app = await listening({ limits: { events: 50, bytes: 100_000_000 } });
    const whole = await app.open("/events");
    await whole.waitFor("retry");
    flood(app, 500);
    const text = await whole.waitFor(/"at":499,/);
    // What is no longer kept by then is told as a gap: the numbers go on without a hole.
    const told = [...text.matchAll(/^id: \w+\.(\d+)\nevent: (\S+)\n(?:data: .*"data":\{"from":(\d+))?/gm)];
    expect(told.some(([, , type]) => type === "events.lost")).toBe(true);
    let next = 1;
    for (const [, id, , from] of told) {
      expect(Number(from ?? id)).toBe(next);
      next = Number(id) + 1;
    }
    expect(next).toBe(501);
    expect(app.logged).toEqual([]);
  });

  test("that do not read are dropped with a reason, and hold up nobody", async () => {
    const app = await listening({ limits: { events: 50, bytes: 100_000_000 }, stuckMs: 50 });
    const slow = await app.open("/events");
    await slow.waitFor("retry");
    slow.socket.pause();
    const quick = await app.open("/events");
    await quick.waitFor("retry");
    const before = process.memoryUsage().rss;
    let slowest = 0;
    for (let at = 0; at < 40 && app.streams.count() === 2; at++) {
      const started = performance.now();
      flood(app, 10);
      slowest = Math.max(slowest, performance.now() - started);
      await Bun.sleep(20);
    }
    expect(app.streams.count()).toBe(1);
    expect(slowest).toBeLessThan(100);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    expect(app.logged.join("")).toContain("an event stream was dropped");
    slow.socket.resume();
    expect(await slow.waitFor(": dropped")).toMatch(/: dropped: it reads too slowly: \d+ events behind/);
    const id = app.bus.emit({ type: "config.changed" });
    await quick.waitFor(`"id":${id},`);
    slow.socket.destroy();
    quick.socket.destroy();
  }, 30_000);

  test("a thousand of them get an event", async () => {
    const { open, bus, streams } = await listening();
    const before = process.memoryUsage().rss;
    const readers = await Promise.all(Array.from({ length: 1_000 }, () => open("/events")));
    await eventually("a thousand streams", () => streams.count() === 1_000);
    const started = performance.now();
    const id = bus.emit({ type: "config.changed" });
    expect(performance.now() - started).toBeLessThan(500);
    await Promise.all(readers.map((reader) => reader.waitFor(`id: ${bus.run}.${id}\n`)));
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    for (const { socket } of readers) socket.destroy();
    await eventually("the streams to be gone", () => streams.count() === 0);
  }, 60_000);

  test("are not cut by the listener's idle timeout, however quiet", async () => {
    const { app } = realApp();
    const addressWith = (extend: boolean) => {
      const fetch = (request: Request, { timeout }: { timeout(of: Request, seconds: number): void }) =>
        app.fetch(request, {
          role: "read",
          checkHost: false,
          extendTimeout: extend ? timeout : () => {},
          clientAddress: () => null,
        });
      return Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        idleTimeout: 1,
        fetch: (request, server) => fetch(request, { timeout: (...of) => server.timeout(...of) }),
      });
    };
    const servers = [addressWith(true), addressWith(false)];
    const [kept, cut] = await Promise.all(servers.map(({ url }) => openStream(`${url}events`, sse)));
    // Without being told otherwise Bun does cut it; it looks every four seconds.
    await eventually("the other to be cut", () => cut?.closed());
    await Bun.sleep(1_000);
    expect(kept?.closed()).toBe(false);
    for (const server of servers) await server.stop(true);
  }, 20_000);

  test("end when sexton stops, with the last event", async () => {
    const { open, bus, stopping, streams } = await listening();
    const readers = await Promise.all([open("/events"), open("/events", ndjson)]);
    for (const reader of readers) await reader.waitFor("\r\n\r\n");
    await eventually("two streams", () => streams.count() === 2);
    bus.emit({ type: "agent.stopping" });
    stopping.abort();
    for (const reader of readers) expect(await reader.waitFor("\r\n0\r\n\r\n")).toContain('"type":"agent.stopping"');
    expect(streams.count()).toBe(0);
    // Whoever comes now gets what is kept, and no more.
    const late = await open("/events?after=0");
    const all = await late.waitFor('"type":"agent.stopping"');
    // Bun knows the length of a stream that has ended before it began.
    expect(all).toMatch(/content-length: \d+|\r\n0\r\n\r\n$/i);
  });
});
