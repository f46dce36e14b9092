// What a build says of itself: the commit that it was made from, when that was, and what system it is for.
import { join } from "node:path";

const top = join(import.meta.dir, "..");
/** What ends up in a binary. Other files may differ from the commit without making it another binary. */
const sources = ["package.json", "bun.lock", "scripts", "src"];

/** SOURCE_REVISION (where the sources come without their .git), else git's commit, `-dirty` with what is not committed. */
export function revision(): string | null {
  const given = process.env["SOURCE_REVISION"];
  if (given) return given;
  const commit = git("rev-parse", "HEAD");
  if (commit === null) return null;
  return git("status", "--porcelain", "--", ...sources) === "" ? commit : `${commit}-dirty`;
}

/** Seconds: SOURCE_DATE_EPOCH, else when the commit was made. https://reproducible-builds.org/specs/source-date-epoch/ */
export function sourceDate(): number | null {
  const given = process.env["SOURCE_DATE_EPOCH"] || git("log", "-1", "--format=%ct");
  return given !== null && /^\d+$/.test(given) ? Number(given) : null;
}

/** `linux-x64`, `linux-arm64-musl`: of the Bun that runs this, so of what it builds when it is told no other. */
export function hostTarget(): string {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return `${process.platform}-${process.arch}${header.glibcVersionRuntime ? "" : "-musl"}`;
}

function git(...args: readonly string[]): string | null {
  if (Bun.which("git") === null) return null;
  const { exitCode, stdout } = Bun.spawnSync(["git", "-C", top, ...args], { stdin: "ignore", stderr: "ignore" });
  return exitCode === 0 ? stdout.toString().trim() : null;
}
