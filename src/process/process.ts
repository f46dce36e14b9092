import type { Container } from "#process/container.ts";
import type { ProcessId } from "#process/identity.ts";
import type { ProcessState } from "#process/state.ts";

/**
 * `pause`: pid 1 of a shared namespace · `self`: sexton's own container · `app`: every other container · `init`: pid 1
 * when sexton runs in front of the app · `other`: belongs to no container.
 */
export const processRoles = ["pause", "self", "app", "init", "other"] as const;
export type ProcessRole = (typeof processRoles)[number];

/** What changes seldom in a process's life, so that it is not read again at each scan. Unknown is null. */
export interface ProcessFacts {
  readonly args: readonly string[] | null;
  /** There are more arguments, or longer ones, than were read. */
  readonly argsTruncated: boolean;
  /** More NULs follow than end a list of arguments: the program wrote its title over them, as setproctitle(3) does. */
  readonly argsPadded: boolean;
  /** The path of the executable as its own mount namespace has it; null needs ptrace access, or a kernel thread. */
  readonly exe: string | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /** The line of /proc/PID/cgroup that tells most about the container. */
  readonly cgroup: string | null;
  readonly containerId: string | null;
  /** What permission hides, by the API's field names. */
  readonly denied: readonly string[];
}

/** What one scan saw of one process. */
export interface Sighting extends ProcessId {
  readonly ppid: number;
  /**
   * The session's id: the pid of who began it; 0 when that is outside of the namespace. Runtimes begin one for a
   * container's main process and, but for crun without a terminal, for each exec.
   */
  readonly session: number;
  /**
   * Has a controlling terminal. The kernel takes it from the whole session when the session's leader ends and when the
   * terminal hangs up (disassociate_ctty() and __tty_hangup() in drivers/tty).
   */
  readonly terminal: boolean;
  /** comm, up to 15 bytes; what is not UTF-8 in it reads U+FFFD. */
  readonly name: string;
  readonly state: ProcessState;
  readonly kernelThread: boolean;
  readonly threads: number;
  /** User and system time. */
  readonly cpuSeconds: number;
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  /** Of one core, since the scan before; over its whole life when there was none. */
  readonly cpuPercent: number;
  readonly rssBytes: number;
  readonly virtualBytes: number;
  /** Tells one program image from the next by its addresses (ProcStat's `layout`); null: hidden, or it has ended. */
  readonly layout: number | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly facts: ProcessFacts;
}

export interface Process extends Sighting {
  readonly role: ProcessRole;
  readonly container: Container | null;
}

/** The arguments as one line, or `[name]` where there are none, as ps(1) shows kernel threads and zombies. */
export function commandLine(process: Pick<Process, "name" | "facts">): string {
  const { args } = process.facts;
  return args && args.length > 0 ? args.join(" ") : `[${process.name}]`;
}

/** The base name of the executable; null when it is hidden. ` (deleted)` is the kernel's note on a replaced file. */
export function exeName(facts: ProcessFacts): string | null {
  return facts.exe === null ? null : facts.exe.replace(/ \(deleted\)$/, "").replace(/^.*\//s, "");
}
