import type { Process, ProcessFacts } from "#process/process.ts";

type Titled = Pick<Process, "name" | "facts">;

/** TASK_COMM_LEN of the kernel, without the NUL. */
const nameLength = 15;

/**
 * Other arguments by an exec, as far as arguments tell it: not by a title, nor by a password that was struck out. A
 * program that has a title before anybody has seen its arguments is told by its name: with setproctitle for Python, node
 * and perl the name is the start of the title, else it is the executable's, as `nginx` is behind `nginx: master process`.
 * What has ended has lost its arguments, which is no change, and neither is what could not be read.
 */
export function hasNewArguments(before: Titled, after: Titled): boolean {
  const was = textOf(before.facts);
  const is = textOf(after.facts);
  if (was === "" || is === "" || was === is) return false;
  if (isTitle(after)) return before.name !== after.name && after.name !== is.slice(0, nameLength);
  return !isStruckOut(was, is, after.facts.argsPadded);
}

/**
 * One string stands where arguments stood, and behind it nothing but what it was padded with, or it is no file's name:
 * `nginx: worker process`, `postgres: user db idle`, `redis-server *:6379`, `(sd-pam)`. setproctitle(3) and its kin
 * write it over the arguments, and it goes on into the environment where they are too short for it.
 */
export function isTitle({ name, facts }: Titled): boolean {
  const [title = "", ...rest] = facts.args ?? [];
  if (title === "" || rest.some((arg) => arg.trim() !== "")) return false;
  if (facts.argsPadded || rest.length > 0) return true;
  return /\s|^\(/.test(title) && !isProgram(title, name);
}

/** A program's path may hold a space too: the process has its name from the last part. */
function isProgram(arg: string, name: string): boolean {
  const slash = arg.lastIndexOf("/");
  return slash >= 0 && arg.slice(slash + 1, slash + 1 + nameLength) === name;
}

/** mysql(1) writes x over a password and a NUL behind the first of them, curl(1) spaces; others cut the argument. */
function isStruckOut(was: string, is: string, padded: boolean): boolean {
  if (was.length !== is.length && !(padded && is.length < was.length)) return false;
  for (let at = 0; at < was.length; at++) {
    const now = is[at] ?? "\0";
    if (now !== was[at] && !"xX* \0".includes(now)) return false;
  }
  return true;
}

function textOf({ args }: ProcessFacts): string {
  return args?.join("\0") ?? "";
}
