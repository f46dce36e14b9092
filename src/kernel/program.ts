import { accessSync, constants } from "node:fs";

/** The file that execvp(3) would find for a name: itself with a slash in it, else the first of PATH that may be run. */
export function resolveProgram(name: string): string | null {
  if (name.includes("/")) return name;
  const path = Bun.env["PATH"] ?? "/bin:/usr/bin";
  for (const folder of path.split(":")) {
    const candidate = `${folder === "" ? "." : folder}/${name}`;
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {}
  }
  return null;
}
