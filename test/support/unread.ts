/** Asks, takes what comes first, and nothing after that. */
export async function askAndLeave(url: string, path: string) {
  const head = Promise.withResolvers<string>();
  const { hostname, port } = new URL(url);
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data(own, bytes) {
        head.resolve(bytes.toString("latin1").slice(0, 12));
        own.pause();
      },
    },
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return { status: await head.promise, leave: () => socket.terminate() };
}
