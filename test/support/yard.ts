import { createBus } from "#daemon/bus.ts";
import { createObserver } from "#daemon/observer.ts";
import { eventProcess } from "#daemon/watch/register.ts";
import { createZombies } from "#daemon/zombies/zombies.ts";
import { procRoot } from "#kernel/procfs/root.ts";
import type { ZombieSettings } from "#policy/zombies.ts";
import type { EventType, ExitFacts, RegisterEvent } from "#process/event.ts";
import type { Process } from "#process/process.ts";
import type { Zombie } from "#process/zombie.ts";
import { eventually } from "./poll.ts";
import { createProcFolder } from "./proc-folder.ts";

export const minAgeMs = 250;

/**
 * Zombies over a folder shaped like /proc, with the register's part played by the test. Pid 1 is the pause unless it is
 * sexton itself, which is 7 otherwise; 17 is the app.
 */
export function createYard({ selfPid = 7 } = {}) {
  const folder = createProcFolder();
  folder.put(1, { name: "pause" });
  folder.put(selfPid, { name: "sexton" });
  folder.put(17, { name: "php-fpm" });
  const root = procRoot(folder.path);
  const bus = createBus(Date.now);
  const events: RegisterEvent[] = [];
  bus.listen((event) => void events.push(event));
  const observer = createObserver(root, Date.now, { selfPid, initialNamespace: false });
  /** What a test may change. */
  const given = {
    leastAgeMs: minAgeMs,
    /** By the parent's pid. */
    settings: {} as Record<number, ZombieSettings>,
    againMs: null as number | null,
  };
  /** The zombies that each check has handed on. */
  const seen: (readonly Zombie[])[] = [];
  const checkedAt: number[] = [];
  const zombies = createZombies({
    root,
    clock: Date.now,
    bus,
    observer,
    settingsFor: (parent) => given.settings[parent?.pid ?? 0] ?? { remedy: "report", minAgeMs: given.leastAgeMs },
    leastAgeMs: () => given.leastAgeMs,
    remedy: (found) => {
      seen.push(found);
      checkedAt.push(performance.now());
      return given.againMs;
    },
    originOf: () => "main",
    selfPid,
  });
  const processOf = (pid: number) => observer.table(0).byPid.get(pid) as Process;
  const emit = (type: EventType & `process.${string}`, process: Process, data = {}) =>
    bus.emit({ type, process: eventProcess(process), data });
  const of = (type: EventType) => events.filter((event) => event.type === type);
  return {
    folder,
    bus,
    given,
    seen,
    checkedAt,
    zombies,
    processOf,
    /** A child ends, and the register tells it. */
    die(pid: number, ppid = 17, exit: ExitFacts = { exitCode: 7, signal: null, coreDumped: false }): Process {
      folder.put(pid, { name: "child", ppid });
      const process = processOf(pid);
      folder.put(pid, { state: "Z" });
      emit("process.exited", process, exit);
      return process;
    },
    collect(process: Process): void {
      folder.remove(process.pid);
      emit("process.reaped", process);
    },
    of,
    told: (type: EventType) => eventually(type, () => of(type)[0]),
    /** Longer than what is not to be told would take to be told. */
    enough: () => Bun.sleep(minAgeMs + 300),
    close() {
      zombies.stop();
      folder.close();
    },
  };
}
