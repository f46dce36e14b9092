import { isUnread, type Read } from "#kernel/procfs/read.ts";
import type { ProcRoot } from "#kernel/procfs/root.ts";

/** A line of proc_pid_mountinfo(5). `root` is the path inside the mounted filesystem, with its escapes decoded. */
export interface Mount {
  root: string;
  mountPoint: string;
  options: string;
  filesystem: string;
  source: string;
  superOptions: string;
}

// A pod with a thousand mounts stays below this; what lies beyond it is not read.
const limit = 1024 * 1024;

/** `/proc/PID/mountinfo`. Readable for everyone, without ptrace access; EINVAL (`unavailable`) for a zombie. */
export function readMountinfo(root: ProcRoot, pid: number | "self"): Read<Mount[]> {
  const text = root.readText(pid, "mountinfo", limit);
  return isUnread(text) ? text : parseMountinfo(text);
}

export function parseMountinfo(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const [left, right] = splitOnce(line, " - ");
    const [, , , root, mountPoint, options] = left.split(" ");
    const [filesystem, source, superOptions] = right.split(" ");
    if (root === undefined || mountPoint === undefined || options === undefined || !filesystem) return [];
    return [
      {
        root: unescapeOctal(root),
        mountPoint: unescapeOctal(mountPoint),
        options,
        filesystem,
        source: unescapeOctal(source ?? ""),
        superOptions: superOptions ?? "",
      },
    ];
  });
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** The kernel writes space, tab, newline and backslash as `\040`, `\011`, `\012`, `\134`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
