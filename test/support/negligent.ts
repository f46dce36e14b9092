import { eventually } from "./poll.ts";
import { isZombie } from "./process-state.ts";

/** A parent that sleeps and never waits for its children. */
export interface Negligent {
  readonly pid: number;
  /** In the order of their scripts. */
  readonly children: readonly number[];
  /** Ends one of the children; once it is a zombie. */
  end(pid: number, signal?: NodeJS.Signals): Promise<void>;
  /** Ends all of them; pid 1 gets what they leave. */
  close(): Promise<void>;
}

/** The shell would collect those that end before it is another program. A core file is left by nobody. */
export const endings = {
  code7: "sleep 0.1; exit 7",
  segv: "sleep 0.1; ulimit -c 0; kill -SEGV $$",
  stays: "exec sleep 1000",
};

// The shell itself would collect its children; what it becomes does not.
const script = 'program=$1; shift; for child in "$@"; do sh -c "$child" & echo $!; done; exec "$program" 1000';

/** Starts one whose children run scripts of sh; those that end are zombies when this returns. */
export async function startNegligent(
  scripts: readonly string[] = [endings.code7, endings.segv],
  program = "sleep",
): Promise<Negligent> {
  const parent = Bun.spawn(["sh", "-c", script, "sh", program, ...scripts], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  const reader = parent.stdout.pipeThrough(new TextDecoderStream() as never).getReader();
  let text = "";
  while (text.split("\n").length <= scripts.length) text += (await reader.read()).value ?? "\n";
  const children = text.trim().split("\n").map(Number);
  const ends = children.filter((_, index) => scripts[index] !== endings.stays);
  await eventually("the zombies", () => ends.every(isZombie));
  return {
    pid: parent.pid,
    children,
    async end(pid, signal = "SIGKILL") {
      process.kill(pid, signal);
      await eventually(`process ${pid} to be a zombie`, () => isZombie(pid));
    },
    async close() {
      parent.kill("SIGKILL");
      await parent.exited;
      for (const pid of children.filter((_, index) => scripts[index] === endings.stays)) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It has ended before.
        }
      }
    },
  };
}
