import { run } from "../pod/command.ts";

export interface Elf {
  readonly machine: string;
  /** PT_INTERP */
  readonly loader: string;
  /** DT_NEEDED */
  readonly libraries: readonly string[];
  /** The highest version of glibc that a symbol asks for, [2, 17]; null: of none. */
  readonly glibc: readonly [number, number] | null;
}

/** What a system must have so that this program starts. */
export async function readElf(path: string): Promise<Elf> {
  const said = await run(["readelf", "--wide", "--file-header", "--program-headers", "--dynamic", path]);
  const versions = await run(["readelf", "--wide", "--version-info", path]);
  const asked = [...versions.matchAll(/\bGLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  return {
    machine: /Machine:\s+(.+)/.exec(said)?.[1]?.trim() ?? "",
    loader: /program interpreter: ([^\]]+)\]/.exec(said)?.[1] ?? "",
    libraries: [...said.matchAll(/\(NEEDED\).*\[([^\]]+)\]/g)].map(([, name]) => name ?? ""),
    glibc: asked.length === 0 ? null : [2, Math.max(...asked)],
  };
}
