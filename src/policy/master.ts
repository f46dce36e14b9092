import { matchesProfile, type Profile } from "#policy/profile.ts";
import type { App } from "#process/app.ts";
import { familyOf } from "#process/app.ts";
import { commandLine, type Process } from "#process/process.ts";
import { hasEnded } from "#process/state.ts";
import type { ProcessTable } from "#process/table.ts";

/** The process of an app that signals go to, and the profile that says so; without a profile it is the main process. */
export interface Master {
  readonly process: Process;
  readonly profile: Profile | null;
}

/**
 * The main process where a profile knows it; else the one profiled app below it, so that a wrapper (a shell, an init)
 * in front of the app does not get its signals. Two different apps below a wrapper decide nothing.
 */
export function findMaster(app: App, table: ProcessTable, profiles: readonly Profile[]): Master {
  const living = familyOf(app.main, table).filter((process) => !hasEnded(process));
  const found = profiles.flatMap((profile) => {
    const process = masterOf(profile, living);
    return process ? [{ process, profile }] : [];
  });
  const main = found.find(({ process }) => process.pid === app.main.pid);
  if (main) return main;
  const [first, ...others] = found;
  const agreed = first && others.every(({ process }) => process.pid === first.process.pid);
  return agreed ? first : { process: app.main, profile: null };
}

/**
 * By its title, else the topmost of the app's processes. A master that has not written its title
 * yet is the topmost too; one that has a title, but another than a master's, is a worker that outlived it.
 */
function masterOf(profile: Profile, family: readonly Process[]): Process | null {
  const members = family.filter((process) => matchesProfile(profile, process));
  const { master } = profile;
  const topmost = topmostOf(members, family[0]);
  if (!master) return topmost;
  const titled = members.find((process) => master.test(commandLine(process)));
  return titled ?? (topmost && isTitle(commandLine(topmost)) ? null : topmost);
}

/** The main process, else the one whose parent is another program; two of those are two apps, and neither is chosen. */
function topmostOf(members: readonly Process[], main: Process | undefined): Process | null {
  const pids = new Set(members.map(({ pid }) => pid));
  const tops = members.filter(({ pid, ppid }) => pid === main?.pid || !pids.has(ppid));
  return tops.find(({ pid }) => pid === main?.pid) ?? (tops.length === 1 ? (tops[0] ?? null) : null);
}

/** `nginx: worker process`, `php-fpm: pool www`: what setproctitle leaves of a command line. */
function isTitle(line: string): boolean {
  return /^[\w.-]+: /.test(line);
}
