import { type Problem, problem } from "#base/errors.ts";
import { denied, type Unread, unavailable } from "#kernel/procfs/read.ts";
import { formatId, type ProcessId } from "#process/identity.ts";

/** Why a process cannot be looked at, as an answer. Only what is gone is called gone; null could not be parsed. */
export function unreadProblem({ pid }: { readonly pid: number }, read: Unread | null): Problem {
  if (read === denied) {
    const detail = `Cannot read process ${pid}: /proc hides it from sexton's user (hidepid, see proc(5)).`;
    return problem("permission-denied", detail, { pid, fix: "securityContext:\n  runAsUser: <the app's UID>" });
  }
  if (read === unavailable) {
    const detail = `Cannot read process ${pid}: the system is short of something, most likely of file descriptors. Try again.`;
    return problem("unavailable", detail, { pid });
  }
  if (read === null) {
    const detail = `Cannot read process ${pid}: what /proc says of it is not what Linux writes, as in a sandbox that imitates it.`;
    return problem("unavailable", detail, { pid });
  }
  return goneProblem({ pid });
}

export function goneProblem({ pid }: { readonly pid: number }): Problem {
  const detail = `Cannot find process ${pid}: it has ended, or never was. GET /processes lists those that are there.`;
  return problem("process-gone", detail, { pid });
}

export function replacedProblem(asked: ProcessId, startTicks: number): Problem {
  const found = formatId({ pid: asked.pid, startTicks });
  const detail = `Cannot use process ${formatId(asked)}: it has ended, and its pid belongs to ${found} now.`;
  return problem("process-replaced", detail, { asked: formatId(asked), found });
}
