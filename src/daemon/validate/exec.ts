import { basename, dirname } from "node:path";
import type { ContentFile, Rejection } from "#process/reload.ts";
import type { ProgramEnd, RunProgram } from "#process/run-program.ts";

interface Validator {
  readonly command: readonly string[];
  readonly timeoutMs: number;
}

/**
 * Runs a program that looks at the files where they are: exit code 0 is yes. Throws where there is no verdict: that says
 * nothing of the content, and is to be tried again.
 */
export async function rejectionByExec(
  { command, timeoutMs }: Validator,
  files: readonly ContentFile[],
  abort: AbortSignal,
  runProgram: RunProgram | null,
): Promise<Rejection | null> {
  const name = basename(command[0] ?? "");
  if (!runProgram) throw new Error(`${name} is not run, since only sexton init starts programs`);
  const end = await runProgram(command, { timeoutMs, abort });
  if ("error" in end) throw new Error(`${name} cannot be started: ${end.error}`);
  if (end.timedOut) throw new Error(`${name} did not end within ${timeoutMs / 1000} s, and was killed`);
  if (end.exitCode === 0) return null;
  return { file: placeOf(files) ?? name, line: null, column: null, reason: `${name} ${endText(end)}` };
}

function endText({ exitCode, signal }: Exclude<ProgramEnd, { error: string }>): string {
  return exitCode === null ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
}

/** The file; or, since it is not known which of them is meant, the folder that all are in. Null: there is none. */
function placeOf(files: readonly ContentFile[]): string | null {
  const [first, ...others] = files.map(({ path }) => path);
  if (first === undefined || others.length === 0) return first ?? null;
  let folder = dirname(first);
  while (folder !== "/" && !others.every((path) => path.startsWith(`${folder}/`))) folder = dirname(folder);
  return folder;
}
