import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Actor, startActor } from "./actor.ts";
import { type Runtime, startRuntime } from "./runtimes.ts";

export interface SleeperOptions {
  /** How long the call blocks. */
  readonly seconds?: number;
  /** How long it ticks after the calls. */
  readonly after?: number;
  readonly zombies?: number;
  /** Threads beside the main one. */
  readonly threads?: number;
  readonly repeat?: number;
  /** How late a call may return. */
  readonly slack?: number;
}

export interface HostileOptions {
  /** How long it lives. */
  readonly seconds?: number;
  readonly zombies?: number;
  readonly threads?: number;
}

const sources = join(import.meta.dir, "..", "programs", "zombies");

/** What `sleeper` can block in. */
export const sleeperCalls = [
  ["nanosleep", "clock_nanosleep", "clock_nanosleep-abstime"],
  ["poll-timeout", "poll-infinite", "ppoll-timeout", "ppoll-infinite"],
  ["select-timeout", "select-infinite", "pselect-timeout", "pselect-infinite"],
  ["epoll_wait-timeout", "epoll_wait-infinite", "epoll_pwait-timeout", "epoll_pwait2-timeout", "epoll_pwait2-infinite"],
  ["ppoll-signal", "ppoll-mask", "pselect-signal", "epoll_pwait-signal"],
  ["read-pipe", "read-socket", "recv-timeout", "recv-data", "recv-partial", "accept", "accept-timeout"],
  ["read-eventfd", "read-timerfd", "read-inotify", "read-terminal", "write-pipe", "write-partial", "open-fifo"],
  ["pthread_cond_wait", "pthread_cond_timedwait", "pthread_mutex_lock", "pthread_join", "sem_wait", "sem_timedwait"],
  ["futex-infinite", "futex-timeout", "futex_waitv", "wait4-other", "waitid-other"],
  ["flock", "fcntl-setlkw", "fcntl-ofd_setlkw"],
  ["sigsuspend", "pause", "sigwaitinfo", "sigtimedwait-signal", "sigtimedwait-timeout", "read-signalfd"],
  ["msgrcv", "semop", "semtimedop-timeout", "mq_receive", "mq_timedreceive-timeout"],
  ["io_getevents-infinite", "io_getevents-timeout", "io_uring_enter"],
  process.arch === "x64" ? ["nanosleep", "futex", "poll", "read", "epoll_wait"].map((call) => `registers-${call}`) : [],
].flat();

/** What makes a parent hard to handle: the modes of `hostile`. */
export const hostileModes = [
  ["plain", "stopped", "traced", "other-uid", "nondumpable"],
  ["sigtrap-ignored", "sigtrap-blocked", "sigtrap-caught"],
  ["seccomp-kill", "seccomp-trap", "seccomp-errno", "seccomp-allow", "seccomp-strict"],
  ["reaper", "sigchld-handler", "means-to-wait", "dstate", "many"],
  ["storm", "storm-realtime", "busy", "churn", "exec"],
].flat();

/** The C programs: what they are made of and with. */
const programs = {
  sleeper: { files: /^(sleeper|actor|threads|trial|calls-.*)\.c$|^registers\.S$/, flags: ["-pthread"] },
  hostile: { files: /^(hostile.*|actor|threads)\.c$/, flags: ["-pthread"] },
  subreaper: { files: /^(subreaper|actor|threads)\.c$/, flags: ["-pthread"] },
  "bits-32": {
    files: /^bits-32\.c$/,
    flags: ["-m32", "-nostdlib", "-static", "-ffreestanding", "-fno-pie", "-no-pie"],
  },
} as const;

type Program = keyof typeof programs;

/** Starts actors, whose programs it compiles when they are first needed, and ends them all. */
export function createActors() {
  const folder = mkdtempSync(join(tmpdir(), "sexton-zombies-"));
  // Actors of other users have to reach it.
  chmodSync(folder, 0o755);
  const compiled = new Map<Program, Promise<string>>();
  const actors = new Set<Actor>();

  /** The path of a compiled program. */
  function compile(program: Program): Promise<string> {
    const making = compiled.get(program) ?? gcc(program, join(folder, program));
    compiled.set(program, making);
    return making;
  }

  function noted(actor: Actor): Actor {
    actors.add(actor);
    return actor;
  }

  return {
    compile,
    sleeper: async (call: string, options: SleeperOptions = {}) =>
      noted(startActor([await compile("sleeper"), call, ...flagsOf(options)])),
    /** A parent of a mode of `hostileModes`. */
    hostile: async (mode: string, options: HostileOptions = {}) =>
      noted(startActor([await compile("hostile"), mode, ...flagsOf(options)])),
    /** A parent that is a 32-bit program; it ticks for two seconds. x86 alone. */
    bits32: async () => noted(startActor([await compile("bits-32")])),
    async runtime({ interpreter, program, args }: Runtime, { seconds = 2, zombies = 3 } = {}) {
      if (interpreter === null) throw new Error(`Cannot run ${program}: this machine has nothing that runs it`);
      const command = [interpreter, join(sources, program), String(seconds), ...args];
      return noted(startRuntime([await compile("subreaper"), "--zombies", String(zombies), "--", ...command]));
    },
    /** Ends the actors that run. */
    async finish(): Promise<void> {
      await Promise.all([...actors].map((actor) => actor.finish()));
      actors.clear();
    },
    /** To be called last: removes the programs. */
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function flagsOf(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

async function gcc(program: Program, output: string): Promise<string> {
  const { files, flags } = programs[program];
  const inputs = readdirSync(sources).filter((name) => files.test(name));
  const command = ["gcc", "-O1", "-Wall", "-Wextra", "-D_GNU_SOURCE", ...flags, "-o", output, ...inputs];
  const child = Bun.spawn(command, { cwd: sources, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const [stderr, exitCode] = await Promise.all([child.stderr.text(), child.exited]);
  if (exitCode !== 0) throw new Error(`Cannot compile ${program}: ${stderr}`);
  return output;
}
