import { connect, type Socket } from "node:net";
import { eventually } from "./poll.ts";

/** A reader of one URL on a bare socket, so that a test decides whether and when it reads. */
export interface StreamReader {
  readonly socket: Socket;
  /** All that came so far: headers, chunk sizes and body. */
  readonly text: () => string;
  readonly closed: () => boolean;
  waitFor(part: string | RegExp): Promise<string>;
}

export async function openStream(url: string, accept: string): Promise<StreamReader> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: string[] = [];
  let closed = false;
  socket.on("data", (chunk) => chunks.push(chunk.toString("latin1")));
  socket.on("close", () => {
    closed = true;
  });
  socket.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nAccept: ${accept}\r\n\r\n`);
  const text = () => {
    if (chunks.length > 1) chunks.splice(0, chunks.length, chunks.join(""));
    return chunks[0] ?? "";
  };
  return {
    socket,
    text,
    closed: () => closed,
    waitFor: (part) =>
      eventually(`${part} on the stream`, () => {
        const all = text();
        return (typeof part === "string" ? all.includes(part) : part.test(all)) ? all : null;
      }),
  };
}
