import type { Context } from "hono";
import { problem } from "#base/errors.ts";
import type { HttpEnv } from "#http/endpoint.ts";
import { problemResponse } from "#http/problem.ts";

/** What is no longer goes out at once: a socket takes it, whoever reads. */
export const sliceBytes = 64 * 1024;

type Bytes = Uint8Array<ArrayBuffer>;
type Headers = Readonly<Record<string, string>>;

/** An answer as it is, or in slices where it is long. */
export function whole(c: Context<HttpEnv>, body: string | Bytes, headers: Headers): Response {
  if (body.length <= sliceBytes) return c.body(body, 200, headers);
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return sliced(c, cutUp(bytes), bytes.length, headers);
}

/** An answer that is made or read in slices, as they are taken. What is short goes out as it is. */
export function made(c: Context<HttpEnv>, slices: Iterator<Bytes, undefined>, headers: Headers): Response {
  const [first, second] = [slices.next(), slices.next()];
  if (second.done) return c.body(first.value ?? "", 200, headers);
  const begin = [first, second];
  const all = {
    next: () => begin.shift() ?? slices.next(),
    return: () => slices.return?.() ?? second,
  };
  return sliced(c, all, 2 * sliceBytes, headers);
}

function* cutUp(bytes: Bytes): Generator<Bytes, undefined> {
  for (let at = 0; at < bytes.length; at += sliceBytes) yield bytes.subarray(at, at + sliceBytes);
  return undefined;
}

/**
 * An answer whose slices are made when the socket has taken the one before (Bun 1.4.5 pulls only then). Until its reader has
 * taken all of it, or has gone, `heldBytes` are in memory; a reader that takes nothing is closed by the listener's idle timeout.
 */
function sliced(
  c: Context<HttpEnv>,
  slices: Iterator<Bytes, undefined>,
  heldBytes: number,
  headers: Headers,
): Response {
  if (c.req.method === "HEAD") {
    slices.return?.();
    return c.body(null, 200, headers);
  }
  const release = c.get("untaken").hold(heldBytes);
  if (!release) {
    slices.return?.();
    const detail = `Cannot answer ${c.req.method} ${c.req.path.slice(0, 80)}: too many long answers are not read to their end. Read them or close them, and ask again.`;
    return problemResponse(c, problem("too-many-requests", detail, { retryAfterSeconds: 1 }));
  }
  const giveUp = () => {
    release();
    slices.return?.();
  };
  // Who has gone before there was an answer never takes nor cancels it.
  const { signal } = c.req.raw;
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  const stream = new ReadableStream<Bytes>(
    {
      pull(controller) {
        const next = nextOf(slices);
        if (next?.done === false) return controller.enqueue(next.value);
        signal.removeEventListener("abort", giveUp);
        giveUp();
        // What ends in the midst must not look whole: the connection ends with it. Bun 1.4.5 prints what is given here.
        if (next) controller.close();
        else controller.error();
      },
      cancel: giveUp,
    },
    { highWaterMark: 0 },
  );
  return c.body(stream, 200, headers);
}

/** Null: there is more that cannot be read any more, of a process that has ended. */
function nextOf(slices: Iterator<Bytes, undefined>): IteratorResult<Bytes, undefined> | null {
  try {
    return slices.next();
  } catch {
    return null;
  }
}
