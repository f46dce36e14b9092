import { partCommand } from "#demo/request.ts";
import { startPart } from "#demo/start-part.ts";

const firstMs = 3_000;
const everyMs = 20_000;
/** A demo that is forgotten must not take the machine's pids. */
const most = 100;

/** Starts short jobs and never waits for any: each becomes a zombie. */
export function runLeaker(token: string): Promise<number> {
  let leaked = 0;
  const leak = () => {
    if (leaked++ < most) startPart(["demo-job", partCommand, token]);
  };
  setTimeout(leak, firstMs);
  setInterval(leak, everyMs);
  return new Promise(() => {});
}
