import { expect, test } from "bun:test";
import type { Api } from "#ui/api/api.ts";
import { follow } from "#ui/api/follow.ts";
import { createValue } from "#ui/value.ts";
import { eventually } from "../support/poll.ts";

/** An agent that says one thing on each stream, and then neither speaks nor hangs up. */
function silentAgent() {
  const asked: (string | undefined)[] = [];
  const left: number[] = [];
  const api: Api = {
    lost: createValue<null>(null),
    get: () => Promise.reject(new Error("not asked")),
    post: () => Promise.reject(new Error("not asked")),
    async open(_, headers) {
      const id = asked.push(headers["last-event-id"]);
      const heartbeat = new TextEncoder().encode(`id: run.${id}\n: heartbeat\n\n`);
      return new Response(
        new ReadableStream({ start: (at) => at.enqueue(heartbeat), cancel: () => void left.push(id) }),
      );
    },
  };
  return { api, asked, left };
}

test("a stream that is silent for too long is left, and gone on with where it was", async () => {
  const { api, asked, left } = silentAgent();
  const enough = new AbortController();
  const states: unknown[] = [];
  let lastId: string | null = null;
  const ended = follow(api, {
    query: "",
    enough: enough.signal,
    lastId: () => lastId,
    onEvents: (_, id) => {
      lastId = id;
    },
    onState: (state) => states.push(state),
    silentMs: 50,
  });
  await eventually("the second stream", () => asked.length === 2);
  enough.abort();
  await ended;
  expect(asked).toEqual([undefined, "run.1"]);
  expect(left[0]).toBe(1);
  expect(states.slice(0, 3)).toEqual(["live", "lost", "live"]);
});
