import type { Cleanup } from "./cleanup.ts";

/** A number of sleeping processes, and a way to run programs among them. */
export interface Population {
  /** Whether they have a PID namespace and /proc of their own, so that the machine's other processes do not count. */
  readonly isolated: boolean;
  /** The command that runs `argv` where it sees them. */
  among(argv: readonly string[]): string[];
  end(): Promise<void>;
}

const unshare = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"];

/**
 * Starts `count` processes: children of the C program `sleepers`, or of a shell where there is no compiler. Both live
 * until their stdin ends, which it also does when this process is killed.
 */
export async function populate(count: number, sleepers: string | null, cleanup: Cleanup): Promise<Population> {
  const isolated = canUnshare();
  const makers = sleepers === null ? shellSleepers(count) : [sleepers, `${count}`];
  const parent = Bun.spawn(isolated ? [...unshare, ...makers] : makers, {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const end = async () => {
    await parent.stdin.end();
    await parent.exited;
  };
  cleanup.add(end);
  const { value } = await parent.stdout.getReader().read();
  if (!value) throw new Error(`Cannot make ${count} processes: exit code ${await parent.exited}`);
  return {
    isolated,
    among: (argv) =>
      isolated
        ? ["nsenter", `--target=${parent.pid}`, `--pid=/proc/${parent.pid}/ns/pid_for_children`, "--mount", ...argv]
        : [...argv],
    end,
  };
}

/** Needs root, and a container's root may lack the capability: so it is tried. */
function canUnshare(): boolean {
  if (!Bun.which("unshare") || !Bun.which("nsenter")) return false;
  return Bun.spawnSync([...unshare, "true"], { stdout: "ignore", stderr: "ignore" }).success;
}

function shellSleepers(count: number): string[] {
  const script = `
    pids=; trap 'kill $pids' EXIT; trap exit INT TERM HUP
    left=${count}
    while [ $left -gt 0 ]; do sleep infinity >/dev/null & pids="$pids $!"; left=$((left - 1)); done
    echo ready; cat`;
  return ["sh", "-c", script];
}
