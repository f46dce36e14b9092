import type { Personality } from "#init/called.ts";
import { parseDumbInit } from "#init/dumb-init.ts";
import { createDumbInitVoice } from "#init/dumb-init-voice.ts";
import { createPrograms } from "#init/programs.ts";
import { endRemaining } from "#init/remaining.ts";
import type { CommandLine, InitSettings } from "#init/settings.ts";
import { parseInit } from "#init/sexton.ts";
import { createSextonVoice } from "#init/sexton-voice.ts";
import { installHandlers } from "#init/signals.ts";
import { startCommand, withoutRuntime } from "#init/start.ts";
import { type Supervision, supervise } from "#init/supervise.ts";
import { parseTini } from "#init/tini.ts";
import { createTiniVoice } from "#init/tini-voice.ts";
import { exitCodeOf, type Voice } from "#init/voice.ts";
import { inheritedDescriptors, keepDescriptors } from "#kernel/descriptors.ts";
import { readInherited } from "#kernel/dispositions.ts";
import { type Invocation, readInvocation } from "#kernel/invocation.ts";
import { libc, libcProblem } from "#kernel/libc.ts";
import { becomeSubreaper, isSubreaper, setParentDeathSignal } from "#kernel/own-process.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import { writeQuietly } from "#kernel/quiet-write.ts";
import { maskSignals } from "#kernel/signal-set.ts";
import type { RunProgram } from "#process/run-program.ts";

interface BesideAsked {
  readonly config: string | null;
  readonly verbose: boolean;
  /** The command's. */
  readonly pid: number;
  readonly runProgram: RunProgram;
}

/** What runs beside the command; never a reason to end it. */
export interface Beside {
  /** Until it serves. */
  start(asked: BesideAsked, fail: (reason: string) => void): Promise<void>;
  stop(): Promise<void>;
}

export interface InitMeans {
  readonly personality: Personality;
  /** The arguments as the runtime has decoded them. */
  readonly args: readonly string[];
  readonly version: string;
  readonly beside: Beside;
}

const SIGTERM = 15;
const standardSignals = (1n << 31n) - 1n;
const out = (text: string) => writeQuietly(1, text);
const err = (text: string) => writeQuietly(2, text);
/** A command that ends at once should not wait for an agent that has just begun to start. */
const besideAfterMs = 50;

/** Runs a command as its init; the exit code. The order is that of tini's main, and each step may be the last. */
export async function runInit({ personality, args, version, beside }: InitMeans): Promise<number> {
  const invocation = readInvocation(args);
  const parsed = parse(personality, invocation, version);
  if ("exit" in parsed) {
    out(parsed.out ?? "");
    err(parsed.err ?? "");
    return parsed.exit;
  }
  const { settings } = parsed;
  err(parsed.notes ?? "");
  if (!libc) {
    err(`${personality}: Cannot run as an init: calls to the C library are not possible here (${libcProblem})\n`);
    return 1;
  }
  keepDescriptors(inheritedDescriptors());
  const root = procRoot();
  const voice = voiceOf(settings);
  const inherited = readInherited(root);
  // dumb-init hands on nothing but what is ignored of the real-time signals.
  const late = personality === "dumb-init" ? inherited.ignored & ~standardSignals : inherited.ignored;
  let supervision: Supervision | null = null;
  const handlers = installHandlers(
    settings,
    late,
    (signal) => supervision?.hear(signal),
    () => supervision?.reap(),
  );
  // Only the child is to inherit what was blocked. What is pending is heard now; what is ignored would be lost yet.
  maskSignals("set", late);
  if (handlers.left.length > 0) voice.unforwardable(handlers.left);
  if (!prepare(settings, voice)) return 1;
  const started = startCommand(settings, voice, root, invocation.environment, inherited);
  handlers.finish();
  maskSignals("set", 0n);
  if (typeof started === "number") return settings.remapped.has(started) ? 0 : started;
  if (personality === "dumb-init") changeToRoot();

  // All of that in one turn of the event loop: what has come meanwhile is heard from here on.
  const environment = withoutRuntime(invocation.environment);
  const programs = createPrograms({ root, environment, nofile: settings.nofile });
  supervision = supervise(settings, voice, started, programs);
  const starting = settings.api ? setTimeout(startBeside, besideAfterMs, settings.api, started.pid) : null;
  const status = await supervision.ended;
  if (starting) clearTimeout(starting);
  const code = exitCodeOf(status);
  if (settings.endsGroup) supervision.forward(SIGTERM);
  if (settings.graceMs !== null) {
    await endRemaining({
      root,
      self: process.pid,
      graceMs: settings.graceMs,
      waiting: (processes) => voice.waiting(processes, settings.graceMs ?? 0),
      killing: voice.killing,
    });
  }
  await beside.stop();
  voice.leaving(code);
  return settings.remapped.has(code) ? 0 : code;

  function startBeside({ config }: { config: string | null }, pid: number): void {
    void beside.start({ config, verbose: settings.verbosity > 1, pid, runProgram: programs.run }, voice.besideFailed);
  }
}

function parse(personality: Personality, { name, args, environment }: Invocation, version: string): CommandLine {
  switch (personality) {
    case "tini":
      return parseTini(name, args, environment, process.pid);
    case "dumb-init":
      return parseDumbInit(name, args, environment);
    case "sexton":
      return parseInit(args.slice(1), environment, version);
  }
}

function voiceOf({ personality, verbosity }: InitSettings): Voice {
  switch (personality) {
    case "tini":
      return createTiniVoice(verbosity, process.pid, out, err);
    case "dumb-init":
      return createDumbInitVoice(verbosity, err);
    case "sexton":
      return createSextonVoice(verbosity, err);
  }
}

/** False when the command must not be started. */
function prepare({ parentDeathSignal, subreaper, personality }: InitSettings, voice: Voice): boolean {
  const deathError = parentDeathSignal === null ? 0 : setParentDeathSignal(parentDeathSignal);
  if (deathError !== 0) {
    voice.fatal("pdeathsig", deathError);
    return false;
  }
  const automatic = subreaper === "automatic" && process.pid !== 1 && !isSubreaper();
  if (subreaper === "yes" || automatic) {
    const errno = becomeSubreaper();
    if (errno !== 0) {
      voice.fatal("subreaper", errno);
      return false;
    }
    voice.subreaper(automatic);
  } else if (personality === "tini" && process.pid !== 1 && !isSubreaper()) voice.notReaping();
  return true;
}

/** So that no filesystem is kept busy by us; dumb-init does so. */
function changeToRoot(): void {
  try {
    process.chdir("/");
  } catch {}
}
