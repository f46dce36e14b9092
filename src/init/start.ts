import { withFileLimit } from "#init/nofile.ts";
import type { InitSettings } from "#init/settings.ts";
import type { Voice } from "#init/voice.ts";
import type { Inherited } from "#kernel/dispositions.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { resolveProgram } from "#kernel/program.ts";
import { ignoringSignals } from "#kernel/signal-handler.ts";
import { everySignal } from "#kernel/signal-set.ts";
import { canSetForeground, type Spawned, type SpawnRequest, spawn } from "#kernel/spawn.ts";
import { leadsSession, leaveTerminal, setForeground, terminalProblem } from "#kernel/terminal.ts";

/** SIGHUP, SIGCONT. */
const handOffs: readonly number[] = [1, 18];
const ENOENT = 2;
const ENOEXEC = 8;
const EACCES = 13;
const ENXIO = 6;
const ENOTTY = 25;
const tried: readonly number[] = [ENOENT, EACCES, ENOEXEC];

export interface Started {
  readonly pid: number;
  /** Its group was made the foreground one of our terminal. */
  readonly hasForeground: boolean;
}

/** Starts the command where it is to live, with the terminal if there is one. A number is how to exit instead. */
export function startCommand(
  settings: InitSettings,
  voice: Voice,
  root: ProcRoot,
  environment: readonly string[],
  inherited: Inherited,
): Started | number {
  const { command, place, personality, nofile } = settings;
  // dumb-init gives its child default dispositions and an empty mask, whatever it was given itself.
  const handsOn = personality !== "dumb-init";
  const ignored = handsOn ? inherited.ignored : inherited.ignored & ~standardSignals;
  const ownSession = place === "own-session";
  // Its foreground group is told by these if its session's leader leaves it, and they are nobody's of the command.
  const detached = ownSession ? ignoringSignals(handOffs, leaveTerminal) : ENOTTY;
  const led = detached === 0 && leadsSession();
  if (ownSession) voice.detached(detached, led);
  const noTerminal = place === "own-group" ? terminalProblem() : ENOTTY;
  if (place === "own-group" && noTerminal !== 0) {
    if (personality === "tini" && noTerminal !== ENOTTY && noTerminal !== ENXIO) {
      voice.fatal("tcsetpgrp", noTerminal);
      return 1;
    }
    voice.noTerminal(noTerminal);
  }
  const request: SpawnRequest = {
    argv: command,
    environment: withoutRuntime(environment),
    defaults: everySignal & ~ignored,
    mask: handsOn ? inherited.blocked : 0n,
    group: place,
    terminal: led
      ? "controlling"
      : place === "own-group" && noTerminal === 0 && canSetForeground()
        ? "foreground"
        : null,
  };
  const name = command[0] as string;
  const spawned = withFileLimit(root, nofile, () => spawnAnyhow(request));
  if ("errno" in spawned) {
    voice.execFailed(name, spawned.errno);
    return execFailureCode(personality, spawned.errno);
  }
  if (place === "own-group" && noTerminal === 0 && request.terminal === null) setForeground(spawned.pid);
  voice.spawned(name, spawned.pid);
  if (ownSession) voice.session(spawned.hasTerminal ? 0 : led ? EPERM : ENOTTY);
  if (led) for (const signal of handOffs) voice.handOff(signal);
  return { pid: spawned.pid, hasForeground: place === "own-group" && noTerminal === 0 };
}

/** Without what is for the runtime that sexton itself is made with. */
export function withoutRuntime(environment: readonly string[]): readonly string[] {
  return environment.filter((variable) => !variable.startsWith("BUN_"));
}

const EPERM = 1;
const standardSignals = (1n << 31n) - 1n;

/** With the terminal, else without; a script that does not say what runs it by sh, as execvp(3) does. */
function spawnAnyhow(request: SpawnRequest): Spawned & { hasTerminal: boolean } {
  const first = { ...spawnOrScript(request), hasTerminal: request.terminal !== null };
  if (!("errno" in first) || request.terminal === null || tried.includes(first.errno)) return first;
  return { ...spawnOrScript({ ...request, terminal: null }), hasTerminal: false };
}

function spawnOrScript(request: SpawnRequest): Spawned {
  const first = spawn(request);
  if (!("errno" in first) || first.errno !== ENOEXEC) return first;
  const [name = "", ...args] = request.argv;
  const path = resolveProgram(name);
  return path === null ? first : spawn({ ...request, argv: ["/bin/sh", path, ...args] });
}

/** 127 not found and 126 not executable, as shells have it; dumb-init exits with 2 for all. */
function execFailureCode(personality: InitSettings["personality"], errno: number): number {
  if (personality === "dumb-init") return 2;
  if (errno === ENOENT) return 127;
  return errno === EACCES ? 126 : 1;
}
