import { afterEach, describe, expect, test } from "bun:test";
import { type RunningServer, startServer } from "#http/listeners/server.ts";
import { realApp } from "../support/app.ts";
import { eventually } from "../support/poll.ts";
import { expectProblem } from "../support/problem.ts";
import { askAndLeave } from "../support/unread.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.stop(0);
  server = undefined;
});

const roomy = { events: 10_000, bytes: 100_000_000 };

/** An app whose events are longer than what the kernel takes for a reader that does not read (4 MiB). */
function withLongEvents(events = 200) {
  const app = realApp({ limits: roomy });
  const detail = "ü".repeat(25_000);
  for (let at = 0; at < events; at++) app.bus.emit({ type: "signal.refused", data: { at, detail } });
  return app;
}

describe("long answers that nobody takes", () => {
  test("are refused beyond a limit, until those who asked have gone", async () => {
    const app = withLongEvents();
    server = await startServer(app.app, { at: { hostname: "127.0.0.1", port: 0 }, role: "operate" });
    const url = `http://${server.address}`;
    const path = "/events?pretty=true";
    const first = await askAndLeave(url, path);
    expect(first.status).toBe("HTTP/1.1 200");
    const refused = await fetch(url + path);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect((await expectProblem(refused, 429, "too-many-requests"))["detail"]).toContain("not read to their end");
    // What takes no memory is answered.
    expect((await fetch(url + path, { method: "HEAD" })).status).toBe(200);
    for (const short of ["/containers", "/livez", "/events"]) {
      const answer = await fetch(url + short);
      expect([short, answer.status]).toEqual([short, 200]);
      await answer.arrayBuffer();
    }
    first.leave();
    await eventually("room", async () => (await fetch(url + path)).status === 200);
  });

  test("do not count where they are taken, however many there are", async () => {
    const app = withLongEvents(40);
    server = await startServer(app.app, { at: { hostname: "127.0.0.1", port: 0 }, role: "operate" });
    const url = `http://${server.address}/events?pretty=true`;
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const answer = await fetch(url);
        return [answer.status, (await answer.text()).length];
      }),
    );
    expect(new Set(answers.map(String)).size).toBe(1);
    expect(answers[0]?.[0]).toBe(200);
  });
});
