/** Prints what a ProcRoot sees of the folder and the pids that are named: run with and without bun:ffi, it must be the same. */
import { bootTimeMs } from "#kernel/boot-time.ts";
import { libc, libcProblem } from "#kernel/libc.ts";
import { killProcess, pidfdOpen } from "#kernel/pidfd.ts";
import { isUnread, type Read } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";

const [path = "/proc", ...asked] = process.argv.slice(2);
const root = procRoot(path);
const proc = procRoot();

function shown(read: Read<unknown>): unknown {
  if (isUnread(read)) return read.description;
  return read instanceof Uint8Array ? Buffer.from(read).toString("base64") : read;
}

const pids = root.pids().sort((a, b) => a - b);
const files = [...(asked.length > 0 ? asked.map(Number) : pids), 4_194_303].map((pid) => ({
  pid,
  ...Object.fromEntries(
    ["stat", "status", "cmdline", "cgroup", "limits", "io", "big"].map((file) => [file, shown(root.read(pid, file))]),
  ),
  text: shown(root.readText(pid, "mountinfo", 100)),
  link: shown(root.readLink(pid, "link")),
  names: shown(root.names(pid, "folder")),
  size: shown(root.size(pid, "big")),
}));
const own = { pidfd: pidfdOpen(process.pid), sent: killProcess(process.pid, 0), gone: killProcess(4_194_303, 0) };
const machine = {
  loadavg: shown(root.read(null, "loadavg")),
  folder: shown(root.read(null, ".")),
  symbols: shown(proc.read(null, "kallsyms")),
};
console.log(JSON.stringify({ ffi: libc !== null, libcProblem, pids, files, machine, own, bootMs: bootTimeMs(proc) }));
