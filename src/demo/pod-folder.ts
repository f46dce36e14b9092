import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { appConfig, configFolder, type PodRequest, partCommand, partNames, socketName } from "#demo/request.ts";
import { mount, mountFlag, unmount } from "#kernel/namespace.ts";

/** All that the demo leaves on a disk while it runs. */
export interface PodFolder {
  remove(): void;
}

const names = [...partNames, "sexton"];

/**
 * The binary by the name of each program, which is then the name of the process. In mounts of our own as files of their
 * own: an agent takes what runs its own executable for itself.
 */
export function makeFolder(request: PodRequest): PodFolder {
  const { folder, apartness } = request;
  const bin = join(folder, "bin");
  for (const path of [folder, bin, join(folder, configFolder)]) mkdirSync(path, { mode: 0o700 });
  for (const name of names) {
    const path = join(bin, name);
    if (apartness === "none") symlinkSync(process.execPath, path);
    else bind(path);
  }
  writeFileSync(join(folder, appConfig), `${JSON.stringify({ workers: 2 })}\n`);
  writeFileSync(join(folder, "sexton.yaml"), configOf(request));
  return {
    remove() {
      if (apartness !== "none") for (const name of names) unmount(join(bin, name));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function bind(path: string): void {
  writeFileSync(path, "");
  chmodSync(path, 0o700);
  if (mount(process.execPath, path, "none", mountFlag.bind) !== 0) {
    // Not as good, and good enough: the names are right.
    rmSync(path);
    symlinkSync(process.execPath, path);
  }
}

/** JSON is YAML. */
function configOf({ folder, token, listen }: PodRequest): string {
  const config = {
    listen: [...listen, `unix://${join(folder, socketName)}`],
    targets: { app: { args: `^demo-app ${partCommand} ${token}$` } },
    watch: [{ name: "demo", paths: [join(folder, configFolder)], target: "app", settle: "300ms" }],
    zombies: { minAge: "2s" },
    shutdown: { delay: "0s" },
    log: { level: "error" },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
