import { close } from "node:fs";
import type { Pace } from "#daemon/doctor/pace.ts";
import { createInotify, IN_DELETE_SELF } from "#kernel/inotify.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";
import { readSysctlNumber } from "#kernel/procfs/sysctl.ts";
import type { InotifyLook } from "#policy/findings/inotify.ts";
import type { ProcessTable } from "#process/table.ts";

/** How much of inotify is left: tried with one more, and counted in what can be seen of this user's processes. */
export async function lookAtInotify(root: ProcRoot, table: ProcessTable, pace: Pace): Promise<InotifyLook> {
  const self = table.byPid.get(table.selfPid);
  const [own] = await countOf(root, table.selfPid, pace);
  const others = { instances: 0, watches: 0, processes: 0 };
  let uncounted = 0;
  for (const { pid, facts, kernelThread } of table.processes) {
    if (pid === table.selfPid || kernelThread || facts.uid === null || facts.uid !== self?.facts.uid) continue;
    const [found, isAll] = pace.isOver() ? [none, false] : await countOf(root, pid, pace);
    others.instances += found.instances;
    others.watches += found.watches;
    if (isAll) others.processes++;
    else uncounted++;
  }
  const most = (what: "instances" | "watches") =>
    least(readSysctlNumber(root, `fs/inotify/max_user_${what}`), readSysctlNumber(root, `user/max_inotify_${what}`));
  return {
    // At last, so that it is not counted.
    refusal: await tryInotify(),
    most: { instances: most("instances"), watches: most("watches") },
    mostQueued: readSysctlNumber(root, "fs/inotify/max_queued_events"),
    own,
    others,
    uncounted,
  };
}

/**
 * One instance with one watch, which goes again. Null: it works. The kernel lets who closes it wait for some milliseconds
 * (fsnotify_destroy_group()), so that is another thread's work.
 */
async function tryInotify(): Promise<string | null> {
  const made = createInotify();
  if ("kind" in made) return made.detail;
  const wd = made.add("/proc/self/stat", IN_DELETE_SELF);
  await new Promise<void>((resolve) => close(made.fd, () => resolve()));
  return typeof wd === "number" ? null : wd.detail;
}

/** Listing more of them takes longer than anybody should wait for. */
const mostFds = 20_000;
/** A line for each watch, of about 100 bytes. */
const fdinfoBytes = 1024 * 1024;
const none = { instances: 0, watches: 0 };

/** By the links of /proc/PID/fd and the lines of fdinfo, one for each watch: proc_pid_fdinfo(5). */
async function countOf(root: ProcRoot, pid: number, pace: Pace): Promise<[found: typeof none, isAll: boolean]> {
  const count = root.size(pid, "fd");
  if (isUnread(count) || count > mostFds) return [none, false];
  const fds = root.names(pid, "fd");
  if (isUnread(fds)) return [none, false];
  const found = { ...none };
  for (const fd of fds) {
    await pace.breathe();
    if (pace.isOver()) return [found, false];
    if (root.readLink(pid, `fd/${fd}`) !== "anon_inode:inotify") continue;
    found.instances++;
    const text = root.readText(pid, `fdinfo/${fd}`, fdinfoBytes);
    if (!isUnread(text)) found.watches += text.match(/^inotify /gm)?.length ?? 0;
  }
  return [found, true];
}

function least(...values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}
