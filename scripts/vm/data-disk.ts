import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.ts";

/** What the machine runs. What it says goes to the serial line as well, for whoever looks for the reason of a hang. */
const script = `#!/bin/sh
echo "sexton-vm: begins" >/dev/ttyS0
/vm/play >/dev/ttyS0 2>&1
echo "sexton-vm: ends, $?" >/dev/ttyS0
sync
`;

/** A second disk, with the programs on it and room for the results. */
export async function dataDisk(folder: string, programs: Readonly<Record<string, string>>): Promise<string> {
  const tree = join(folder, "data");
  mkdirSync(tree);
  for (const [name, path] of Object.entries(programs)) {
    copyFileSync(path, join(tree, name));
    chmodSync(join(tree, name), 0o755);
  }
  writeFileSync(join(tree, "run.sh"), script);
  const disk = join(folder, "data.img");
  // Without a journal: a machine that is switched off leaves nothing that would have to be played back before it is read.
  await run(["mkfs.ext4", "-q", "-L", "sexton-vm", "-O", "^has_journal", "-d", tree, disk, "512M"], 120);
  return disk;
}

export const readFrom = (disk: string, path: string) => run(["debugfs", "-R", `cat ${path}`, disk], 60);
