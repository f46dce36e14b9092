import type { Agent } from "./agent.ts";
import type { Cleanup } from "./cleanup.ts";
import { monotonic } from "./clock.ts";

/** What a benchmark wants to know of an event. */
export interface StreamEvent {
  readonly type: string;
  readonly pid: number;
  readonly ppid: number;
  /** When its bytes were here, by CLOCK_MONOTONIC. */
  readonly at: number;
}

/** A TCP connection; `onData` is called with what has come, and when. */
async function connect(
  { port }: Agent,
  cleanup: Cleanup,
  onData: (bytes: Uint8Array, at: number) => void,
): Promise<{ send(text: string): void; end(): void }> {
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: { data: (_, bytes) => onData(bytes, monotonic()) },
  });
  socket.setNoDelay(true);
  const end = () => void socket.end();
  cleanup.add(end);
  return { send: (text) => void socket.write(text), end };
}

/** Opens the stream of events, and answers when its headers are here. */
export async function openEvents(agent: Agent, cleanup: Cleanup, onEvent: (event: StreamEvent) => void) {
  const decoder = new TextDecoder();
  const opened = Promise.withResolvers<void>();
  let rest = "";
  const connection = await connect(agent, cleanup, (bytes, at) => {
    // sexton never cuts an event in two, so the lines between its chunks (RFC 9112) are lines of their own.
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("HTTP/1.1 200")) opened.resolve();
      else if (line.startsWith("HTTP/1.1")) opened.reject(new Error(`Cannot measure: GET /events answered ${line}`));
      if (!line.startsWith("data: ")) continue;
      const { type, process } = JSON.parse(line.slice("data: ".length));
      onEvent({ type, pid: process?.pid ?? 0, ppid: process?.ppid ?? 0, at });
    }
  });
  connection.send("GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
  await opened.promise;
  return connection;
}

/** A kept-alive connection that repeats one request. */
export async function openRequests(agent: Agent, cleanup: Cleanup, request: string) {
  let answered = Promise.withResolvers<string>();
  const connection = await connect(agent, cleanup, (bytes) => answered.resolve(new TextDecoder().decode(bytes)));
  return async () => {
    answered = Promise.withResolvers();
    connection.send(`${request} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`);
    const answer = await answered.promise;
    if (!answer.startsWith("HTTP/1.1 20")) throw new Error(`Cannot measure: ${request} answered ${answer}`);
  };
}
