import type { Json } from "../support/binary.ts";
import { eventually } from "../support/poll.ts";
import { traceIdOf } from "./headers.ts";
import type { World } from "./world.ts";

/** Follows what the register says was done, and holds it against what the answers say and what the actors have got. */
export async function followSignals(world: World, run: number) {
  const events: Json[] = [];
  const problems: string[] = [];
  const headers = world.secrets.operate ? { authorization: `Bearer ${world.secrets.operate}` } : {};
  const abort = new AbortController();
  const init = { headers: { ...headers, accept: "application/x-ndjson" }, signal: abort.signal };
  const stream = await world.agent.fetch("/events?types=signal.sent,zombie.remedy&follow=true", init);
  const reading = (async () => {
    let rest = "";
    for await (const chunk of (stream.body as ReadableStream<Uint8Array>).pipeThrough(
      new TextDecoderStream() as never,
    )) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") events.push(JSON.parse(line));
    }
  })().catch(() => {});
  const from = world.log().length;

  /** How often each process got each signal from sexton. */
  function receipts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [what, pid, number, sender] of world.log().slice(from)) {
      if (what === "signal" && Number(sender) === world.selfPid) count(counts, `${pid} ${number}`);
    }
    return counts;
  }

  return {
    async close(sentBy: ReadonlySet<number>) {
      const untold = () => {
        const told = new Set(events.map(({ traceId }) => traceId));
        return [...sentBy].filter((index) => !told.has(traceIdOf(run, index)));
      };
      await eventually("the register to tell all signals", () => untold().length === 0).catch(() =>
        problems.push(`${untold().length} signals that are said to be sent are not in the register`),
      );
      const told = new Map<string, number>();
      const tell = () => {
        told.clear();
        for (const { type, process, data } of events) {
          if (type === "signal.sent") count(told, `${process.pid} ${data.number}`);
          // One for each zombie at most, and the one that changes nothing.
          else if (data?.remedy === "nudge") count(told, `${process.pid} ${chld}`, data.count + 1);
        }
      };
      // What was sent a moment ago is on its way to the log and to the register.
      // Workers are killed by their master at any time, and others may end of what they are sent.
      const catching = (pid: string) =>
        world.log().some(([what, role, of]) => what === "start" && isLasting(role) && of === pid) &&
        !world.log().some(([what, of]) => what === "end" && of === pid);
      // The log has no SIGKILL, and not each of several SIGCHLD that a process gets at once.
      const lacking = () => {
        const got = receipts();
        return [...told.keys()].filter((key) => {
          const [pid = "", number] = key.split(" ");
          return !got.has(key) && number !== `${chld}` && number !== "9" && catching(pid);
        });
      };
      const surplus = () => [...receipts()].filter(([key, times]) => times > (told.get(key) ?? 0));
      // A remedy is told when it has ended.
      await eventually("the signals to arrive", () => {
        tell();
        return lacking().length + surplus().length === 0;
      }).catch(() => {
        for (const key of lacking()) problems.push(`pid and signal ${key}: told and never received`);
        for (const [key, times] of surplus())
          problems.push(`pid and signal ${key}: received ${times} times, told ${told.get(key) ?? 0} times`);
      });
      abort.abort();
      await reading;
      const lost = events.filter(({ type }) => type === "events.lost");
      if (lost.length > 0) problems.push(`the stream has lost events: ${JSON.stringify(lost[0])}`);
      const got = receipts();
      for (const [key] of got) if (key.startsWith("1 ")) problems.push(`pid 1 received signal ${key.slice(2)}`);
      const received = [...got.values()].reduce((sum, times) => sum + times, 0);
      return { events: events.filter(({ type }) => type !== "events.lost"), received, problems };
    },
  };
}

const chld = 17;
const isLasting = (role: string | undefined) => role !== "bare" && role !== "worker";

function count(counts: Map<string, number>, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}
