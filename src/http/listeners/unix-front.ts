import { createInnerServers, type Way } from "#http/listeners/inner-servers.ts";
import { type Stoppable, stopAll } from "#http/listeners/stop-all.ts";
import { bindAs, openPrivateFolder } from "#http/listeners/unix-socket.ts";

export interface FrontOptions {
  readonly path: string;
  readonly mode: number;
  /** Of the process at the other end of a connection, by its descriptor. */
  readonly peerUid: (fd: number) => number | null;
  /** The only ones who may call; null: whoever can. */
  readonly uids: readonly number[] | null;
  /** Serves, at a path of its own, whoever has this uid. */
  readonly serve: (path: string, uid: number | null) => Stoppable;
  /** Who takes nothing of what there is for so long gets no more of it; default 30. */
  readonly patienceSeconds?: number;
}

interface End {
  /** Null: not connected yet. */
  socket: Bun.Socket<Pipe> | null;
  /** What it has not taken yet. */
  waiting: Uint8Array[];
  /** No more comes for it. */
  ending: boolean;
  /** The other end has gone. */
  isLeft: boolean;
}

interface Pipe {
  readonly client: End;
  readonly server: End;
  way: Way | null;
  readonly patienceSeconds: number;
  /** When the server has last said something. */
  heardAt: number;
  /** The client has gone. */
  isOver: boolean;
}

const newEnd = (socket: Bun.Socket<Pipe> | null): End => ({ socket, waiting: [], ending: false, isLeft: false });

const mostConnections = 1_024;
const quietMs = 100;
/** From the end of the servers to that of the connections: enough for what has been written already. */
const lastWordsMs = 200;

/**
 * A Unix socket whose callers are known. Bun.serve does not tell who is at the other end of a connection (Bun 1.4.5), and a
 * socket of Bun.listen has its descriptor. So this accepts, asks the kernel, and hands the bytes on to a server that is
 * for this user alone, whose own socket lies in a folder beside, for sexton's user.
 */
export function listenWithPeers({ path, mode, peerUid, uids, serve, patienceSeconds = 30 }: FrontOptions) {
  const folder = openPrivateFolder(path);
  const inner = createInnerServers(folder, serve, uids);
  let open = 0;
  let allClosed = () => {};

  function wayOf(socket: Bun.Socket<Pipe>): Way | null {
    try {
      return inner.wayOf(peerUid((socket as unknown as { fd: number }).fd));
    } catch {
      // Out of descriptors, for one: the next may have more luck.
      return null;
    }
  }

  const listener = begin();

  /** That the way behind it can be made at all is known before anybody calls. */
  function begin(): Bun.UnixSocketListener<Pipe> {
    try {
      inner.wayOf(process.getuid?.() ?? null)?.leave();
      return bindAs(path, mode, listen);
    } catch (cause) {
      for (const server of inner.servers()) void server.stop(true);
      folder.remove(inner.names());
      throw cause;
    }
  }

  function listen(): Bun.UnixSocketListener<Pipe> {
    return Bun.listen<Pipe>({
      unix: path,
      allowHalfOpen: true,
      socket: {
        open(socket) {
          open++;
          const pipe: Pipe = {
            client: newEnd(socket),
            server: newEnd(null),
            way: null,
            heardAt: 0,
            patienceSeconds,
            isOver: false,
          };
          socket.data = pipe;
          socket.pause();
          pipe.way = open > mostConnections ? null : wayOf(socket);
          if (pipe.way === null) return void socket.terminate();
          connect(pipe.way.at, pipe).catch(() => socket.terminate());
        },
        data: ({ data }, bytes) => pass(bytes, data.client, data.server),
        drain: ({ data }) => flush(data.client, data.server),
        end: ({ data }) => finishWhenQuiet(data),
        close({ data }) {
          open--;
          if (open === 0) allClosed();
          data.isOver = true;
          data.way?.leave();
          data.server.socket?.terminate();
        },
        timeout: (socket) => void socket.terminate(),
        error: (socket) => void socket.terminate(),
      },
    });
  }

  return {
    async stop(graceMs: number) {
      listener.stop();
      await stopAll(inner.servers(), graceMs);
      // What the servers have said last is on its way through the pipes.
      const closed = new Promise<void>((resolve) => {
        allClosed = resolve;
        if (open === 0) resolve();
      });
      await Promise.race([closed, Bun.sleep(lastWordsMs)]);
      listener.stop(true);
      folder.remove(inner.names());
    },
  };
}

async function connect(at: string, pipe: Pipe): Promise<void> {
  const { client, server } = pipe;
  await Bun.connect<Pipe>({
    unix: at,
    allowHalfOpen: true,
    data: pipe,
    socket: {
      open(socket) {
        server.socket = socket;
        // Who called has gone meanwhile.
        if (pipe.isOver) return void socket.terminate();
        client.socket?.resume();
        flush(server, client);
      },
      data(_, bytes) {
        pipe.heardAt = performance.now();
        pass(bytes, server, client);
      },
      drain: () => flush(server, client),
      end: () => finish(client),
      close: () => leave(client),
      timeout: () => void client.socket?.terminate(),
      error: () => void client.socket?.terminate(),
    },
  });
}

/** From one end to the other, which takes as much as it likes; the one waits until all is taken. */
function pass(bytes: Uint8Array, from: End, to: End): void {
  const taken = to.socket && to.waiting.length === 0 ? Math.max(0, to.socket.write(bytes)) : 0;
  if (taken >= bytes.length) return;
  // A copy: the buffer is Bun's own, and holds what comes next by then.
  to.waiting.push(bytes.slice(taken));
  to.socket?.timeout(to.socket.data.patienceSeconds);
  from.socket?.pause();
}

function flush(to: End, from: End): void {
  if (!to.socket) return;
  to.socket.timeout(to.socket.data.patienceSeconds);
  for (let next = to.waiting.shift(); next; next = to.waiting.shift()) {
    const taken = Math.max(0, to.socket.write(next));
    if (taken < next.length) return void to.waiting.unshift(next.subarray(taken));
  }
  to.socket.timeout(0);
  if (to.isLeft) to.socket.end();
  else if (to.ending) shut(to.socket);
  else from.socket?.resume();
}

/** No more comes for this end; it gets what it has not taken yet first. */
function finish(to: End): void {
  to.ending = true;
  if (to.socket && to.waiting.length === 0) shut(to.socket);
}

/**
 * Who closes its side after asking, as nc does, wants the answer, and Bun 1.4.5 cuts one that is sent in slices when it hears of
 * that. So it hears of it when it has nothing to say.
 */
function finishWhenQuiet(pipe: Pipe): void {
  setTimeout(() => {
    if (pipe.isOver) return;
    const isQuiet = pipe.client.waiting.length === 0 && performance.now() - pipe.heardAt >= quietMs;
    if (isQuiet) finish(pipe.server);
    else finishWhenQuiet(pipe);
  }, quietMs);
}

/** Nothing comes from the server any more, nor does it take anything. */
function leave(client: End): void {
  client.ending = true;
  client.isLeft = true;
  if (client.waiting.length === 0) client.socket?.end();
}

/** Only this way: `end` of a Bun socket would end the other way too, by which the answer has yet to come. */
function shut(socket: Bun.Socket<Pipe>): void {
  socket.flush();
  socket.shutdown();
}
