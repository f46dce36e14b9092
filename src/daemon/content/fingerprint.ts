import { lstatSync } from "node:fs";
import { resolve } from "node:path";
import { walk } from "#daemon/content/walk.ts";

/**
 * Names, inodes, sizes and times of all that there is at the paths, as one number: another one means that something may
 * have changed. For where the kernel does not tell.
 */
export function fingerprint(paths: readonly string[]): bigint {
  let sum = 0n;
  const add = (text: string) => {
    sum = BigInt.asUintN(64, sum * 31n + BigInt(Bun.hash(text)));
  };
  for (const path of paths)
    for (const step of walk(resolve(path)))
      switch (step.kind) {
        case "link":
          add(`${step.path} ${step.target} ${step.stat.ino}`);
          break;
        case "directory":
          add(`${step.path} ${step.stat.ino} ${step.stat.mtimeMs}`);
          break;
        case "file":
          add(`${step.path} ${fileStateOf(step.path)}`);
          break;
        case "nothing":
          add(`${step.path} ${step.why}`);
          break;
        default:
      }
  return sum;
}

function fileStateOf(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = lstatSync(path);
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch {
    return "";
  }
}
