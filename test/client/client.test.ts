import { afterEach, describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { createClient, UnreachableError } from "#client/client.ts";

type Stop = () => void;
let stops: Stop[] = [];
afterEach(() => {
  for (const stop of stops) stop();
  stops = [];
});

/** Answers everybody with these bytes, and hangs up. */
async function answering(bytes: string) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => server.close());
  const { port } = server.address() as { port: number };
  return createClient({ kind: "tcp", hostname: "127.0.0.1", port });
}

const http = (body: string, type = "application/json", length = body.length) =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`;
const messageOf = (asked: Promise<unknown>) =>
  asked.then(
    () => "an answer",
    (cause: unknown) => (cause instanceof UnreachableError ? cause.message : `not an UnreachableError: ${cause}`),
  );

describe("who answers may be somebody else", () => {
  test.each([["{}"], ['{"hello":1}'], ["[]"], ["null"], ['{"sent":tr'], [""]])(
    "JSON %j is not sexton's",
    async (body) => {
      const client = await answering(http(body));
      const asked = client.ask("/signal/HUP", { method: "POST", accept: "application/json", expects: "sent" });
      expect(await messageOf(asked)).toContain('JSON without "sent") is not sexton');
    },
  );

  test("sexton's own has what is expected, whatever it is", async () => {
    const client = await answering(http('{"sent":false}'));
    expect(await client.ask("/x", { accept: "application/json", expects: "sent" })).toMatchObject({ ok: true });
  });
});

describe("an answer that is lost", () => {
  const doubt = "Whether it was done is not known";

  test("leaves open what was done, where something was to be done", async () => {
    for (const bytes of ["", http('{"sent"', "application/json", 500)]) {
      const client = await answering(bytes);
      const lost = (method: "GET" | "POST") => messageOf(client.ask("/x", { method, accept: "application/json" }));
      expect(await lost("POST")).toContain(doubt);
      expect(await lost("GET")).not.toContain(doubt);
    }
  });

  test("leaves nothing open where nobody has heard the question", async () => {
    const client = createClient({ kind: "tcp", hostname: "127.0.0.1", port: 9 });
    const message = await messageOf(client.ask("/x", { method: "POST", accept: "application/json" }));
    expect(message).toContain("nobody listens there");
    expect(message).not.toContain(doubt);
  });
});
