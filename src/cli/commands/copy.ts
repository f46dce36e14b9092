import { chmodSync, copyFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "#base/errors.ts";
import { type Command, exitCode } from "#cli/command.ts";

export const copy: Command = {
  name: "copy",
  summary: "Copy this program to a place in a volume: for an init container, since the image has no cp",
  operands: "PATH",
  maxOperands: 1,
  options: {},
  examples: [["sexton copy /opt/sexton", "an emptyDir that the app's container mounts too: k8s/init.yaml"]],
  async run({ args: [path], err }) {
    if (path === undefined || path === "") throw new UsageError("Cannot copy to nowhere: name a folder or a file");
    try {
      place(process.execPath, isFolder(path) ? join(path, "sexton") : path);
    } catch (cause) {
      const { code = "an error" } = cause as NodeJS.ErrnoException;
      err(`sexton: Cannot copy to ${path}: found ${code}. ${advice[code] ?? "See to the volume that it is in"}.\n`);
      return exitCode.failed;
    }
    return exitCode.ok;
  },
};

const advice: Readonly<Record<string, string>> = {
  EACCES: "Have it writable for this user: an emptyDir is, unless a fsGroup or its files' owner says otherwise",
  ENOENT: "The folder has to be there: mount the volume into this container",
  ENOSPC: "Give the volume more room",
  EROFS: "Name a path in a volume: the container's own root is read-only",
};

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Whole or not at all: what is there may be running, and a container that starts meanwhile must not find half of it. */
function place(program: string, target: string): void {
  const fresh = `${target}.${process.pid}`;
  try {
    copyFileSync(program, fresh);
    chmodSync(fresh, 0o755);
    renameSync(fresh, target);
  } catch (cause) {
    rmSync(fresh, { force: true });
    throw cause;
  }
}
