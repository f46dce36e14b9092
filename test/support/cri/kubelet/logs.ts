import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the runtime is told to write what a container says. */
export const logFolder = (folder: string) => join(folder, "logs");
export const logPath = (container: string, attempt: number) => join(container, `${attempt}.log`);

/** What it has said. Each line has its time, its stream, and F or P: the end of a line, or a part of it. */
export function readLog(folder: string, container: string): string {
  const parent = join(logFolder(folder), container);
  if (!existsSync(parent)) return "";
  const attempts = readdirSync(parent).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  const lines = attempts.flatMap((name) => readFileSync(join(parent, name), "utf8").trimEnd().split("\n"));
  return lines.map((line) => textOf(/^\S+ \S+ ([FP]) (.*)$/.exec(line))).join("");
}

function textOf(parsed: RegExpExecArray | null): string {
  const [, tag, text = ""] = parsed ?? [];
  return tag === "P" ? text : `${text}\n`;
}
