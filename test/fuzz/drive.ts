import type { Answer } from "./answer-reader.ts";
import type { Api } from "./api.ts";
import { checkAnswer, checkStream } from "./check.ts";
import { type Connection, openConnection } from "./connection.ts";
import type { Listener, Plan } from "./plan.ts";
import { createRandom } from "./random.ts";
import { isWhole, type Message, piecesOf } from "./wire.ts";

export interface Result {
  readonly plan: Plan;
  readonly answer: Answer | null;
  readonly faults: readonly string[];
  /** What was sent before on the same connection. */
  readonly before?: Plan | undefined;
}

export interface DriveOptions {
  readonly api: Api;
  readonly addresses: Readonly<Record<Listener, string>>;
  readonly seed: number;
  readonly secrets: readonly string[];
  /** An answer that takes longer is none. */
  readonly longestMs: number;
}

/** Streams that stay open beside the requests. */
const mostLingering = 12;
/** How seldom a connection is left after a request. */
const leaveChance = 0.04;

/** Sends requests one after another over connections that last for several of them, and looks at each answer. */
export function createDriver({ api, addresses, seed, secrets, longestMs }: DriveOptions) {
  const lingering = new Set<Promise<void>>();

  async function send(plan: Plan, connection: Connection): Promise<Result & { stays: boolean }> {
    const { message } = plan;
    const random = createRandom(seed, -2 - plan.index);
    const isHead = message.method === "HEAD";
    await connection.write(piecesOf(message));
    if (message.shape === "abandoned") {
      if (random.chance(0.5)) await Bun.sleep(random.below(5));
      return { plan, answer: null, faults: [], stays: false };
    }
    if (message.shape === "truncated") connection.half();
    const answer = await connection.read(isHead, isWhole(message) ? longestMs : 2_000);
    const { failure, timedOut, isClosed } = connection.state;
    if (failure !== null) return { plan, answer, faults: [`an answer that is no HTTP: ${failure}`], stays: false };
    if (!answer) {
      const why = timedOut ? `no answer within ${longestMs} ms` : "the connection was closed without an answer";
      return { plan, answer, faults: isDue(message) ? [why] : [], stays: false };
    }
    const faults = [...checkAnswer(api, plan, answer, secrets)];
    if (isEvents(answer)) {
      if (answer.isCut) {
        linger(connection, random.chance(0.1) ? random.below(3_000) : random.below(20));
        return { plan, answer, faults, stays: false, left: true } as never;
      }
      faults.push(...checkStream(api, answer));
    }
    // After a request that is the last by its own word no other is answered (RFC 9112 9.6).
    const isLast = message.headers.some(([name, value]) => name === "Connection" && value === "close");
    if (message.shape === "pipelined" && answer.headers.has("x-request-id") && !isLast && !isClosing(answer)) {
      const second = await connection.read(false, longestMs);
      if (second?.status !== 200 || second.body !== "ok\n")
        faults.push(`the pipelined one got ${second?.status ?? "none"}`);
    }
    const stays = isWhole(message) && !isLast && message.shape !== "surplus" && !isClosing(answer) && !isClosed;
    return { plan, answer, faults, stays: stays && message.shape !== "http10" && !random.chance(leaveChance) };
  }

  /** Reads a stream for a while, and leaves. */
  function linger(connection: Connection, forMs: number): void {
    const watching = (async () => {
      const answer = await connection.watch(lingering.size > mostLingering ? 0 : forMs);
      connection.close();
      const faults = answer ? checkStream(api, answer) : [];
      if (faults.length > 0) throw new Error(faults[0]);
    })();
    lingering.add(watching);
    void watching
      .finally(() => lingering.delete(watching))
      .catch((cause) => streamFaults.push((cause as Error).message));
  }
  const streamFaults: string[] = [];

  /** One on a connection of its own. */
  async function once(plan: Plan): Promise<Result> {
    const connection = await openConnection(addresses[plan.listener]);
    const result = await send(plan, connection);
    if (!("left" in result)) connection.close();
    return result;
  }

  /** What GET is answered with, HEAD is: but for the body, and for what has changed between the two. */
  async function unlikeGet({ plan, answer }: Result): Promise<readonly string[]> {
    const { message } = plan;
    // The GET that acts is no HEAD.
    if (message.method !== "HEAD" || !answer || !isDue(message) || /hooks/i.test(decoded(message.path))) return [];
    const as = (method: string): Plan => ({ ...plan, message: { ...message, method, shape: "length" } });
    const get = await once(as("GET"));
    const again = await once(as("HEAD"));
    const shown = (of: Answer | null) => `${of?.status} ${of?.headers.get("content-type")}`;
    const isAlike = [answer, again.answer].some((head) => shown(head) === shown(get.answer));
    // A stream too many is one that HEAD does not open.
    if (isAlike || get.answer?.status === 429 || again.answer?.status === 429) return get.faults;
    return [...get.faults, `HEAD is answered with ${shown(answer)}, GET with ${shown(get.answer)}`];
  }

  return {
    streamFaults,
    settled: () => Promise.allSettled([...lingering]),
    /** One after another, until there are no more of them. */
    async run(next: () => Plan | null, told: (result: Result) => void): Promise<void> {
      const open: Partial<Record<Listener, Connection>> = {};
      const last: Partial<Record<Listener, Plan>> = {};
      for (let plan = next(); plan; plan = next()) {
        const kept = open[plan.listener];
        const connection = kept && !kept.state.isClosed ? kept : await openConnection(addresses[plan.listener]);
        const { stays, ...result } = await send(plan, connection);
        const before = connection === kept ? last[plan.listener] : undefined;
        last[plan.listener] = plan;
        if (stays) open[plan.listener] = connection;
        else {
          delete open[plan.listener];
          if (!("left" in result)) connection.close();
        }
        told({ ...result, before, faults: [...result.faults, ...(await unlikeGet(result))] });
      }
      for (const connection of Object.values(open)) connection.close();
    },
    once,
  };
}

/**
 * Bun closes a connection without a word (1.4.5) where a method has lower-case letters, and where the next request comes
 * before the answer to one that takes a while, or what comes is none.
 */
const isDue = (message: Message) =>
  isWhole(message) && !/[a-z]/.test(message.method) && message.shape !== "pipelined" && message.shape !== "surplus";

function decoded(path: string): string {
  return path.replace(/%([0-7][0-9a-f])/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}

function isEvents({ status, headers }: Answer): boolean {
  return status === 200 && headers.has("x-accel-buffering");
}

const isClosing = ({ headers }: Answer) => headers.get("connection")?.toLowerCase() === "close";
