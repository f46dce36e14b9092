import { containerName, type Finding, withLines } from "#policy/findings/finding.ts";
import type { Container } from "#process/container.ts";
import { formatId } from "#process/identity.ts";
import type { Process, ProcessRole } from "#process/process.ts";

/** What can be looked at of a process, each tried. Null: it could not be tried, because the process was gone. */
export interface Readable {
  /** With it cwd, root, namespaces, maps, and how a zombie has ended. */
  readonly exe: boolean | null;
  readonly environ: boolean | null;
  readonly fds: boolean | null;
  /** ptrace(2) would let sexton attach, which adopting zombies takes. */
  readonly attach: boolean | null;
}

/** The processes of one user in a container, by the one that was tried. */
export interface UserLook {
  readonly uid: number | null;
  readonly gid: number | null;
  readonly processes: number;
  readonly tried: Process;
  readonly readable: Readable;
  /** Null: not tried. */
  readonly maySignal: boolean | null;
  readonly signalRefusal: Refusal | null;
  /** The lines for sexton's container that would let it look into them; null: it may. */
  readonly readingFix: string | null;
}

interface Refusal {
  readonly reason: string;
  readonly fix: string;
}

export interface ContainerLook {
  readonly container: Container | null;
  readonly role: ProcessRole;
  readonly main: Process | null;
  readonly processes: number;
  readonly users: readonly UserLook[];
}

/**
 * Who may not be signalled and who may not be looked into, a finding for each container and user. `signalled`: the
 * processes that a watch is to signal.
 */
export function rightsFindings(containers: readonly ContainerLook[], signalled: ReadonlySet<number>): Finding[] {
  return containers
    .filter(({ role }) => role !== "self" && role !== "pause")
    .flatMap((look) => look.users.flatMap((user) => [...denied(look, user, signalled), ...unreadable(look, user)]));
}

function denied({ container }: ContainerLook, user: UserLook, signalled: ReadonlySet<number>): Finding[] {
  const { tried, signalRefusal } = user;
  if (!signalRefusal) return [];
  const where = containerName(container);
  return [
    {
      id: "signals-denied",
      severity: signalled.has(tried.pid) ? "error" : "warning",
      title: `Sexton may not signal ${where === null ? describe(user) : `container ${where}`}`,
      seen: `Tried with signal 0 on ${tried.name} (pid ${tried.pid}): ${signalRefusal.reason}.`,
      why: "The kernel refuses every signal from sexton to it, so that no reload reaches it.",
      fix: withLines("Give sexton's container:", signalRefusal.fix),
      container: where,
      process: formatId(tried),
    },
  ];
}

function unreadable({ container }: ContainerLook, user: UserLook): Finding[] {
  const { tried, readable, readingFix } = user;
  if (readable.exe !== false || readingFix === null) return [];
  const where = containerName(container);
  return [
    {
      id: "reading-denied",
      severity: "info",
      title: `Sexton may not look into ${where === null ? describe(user) : `container ${where}`}`,
      seen: `The executable of ${tried.name} (pid ${tried.pid}) cannot be read: it runs as UID ${user.uid ?? "?"}, GID ${user.gid ?? "?"}.`,
      why: "Programs are told by their names then, the exit codes of some stay unknown, files are not read as the app sees them, and no zombie can be adopted.",
      fix: withLines("Where that matters, give sexton's container:", readingFix),
      container: where,
      process: formatId(tried),
    },
  ];
}

const describe = ({ tried }: UserLook) => `${tried.name} (pid ${tried.pid})`;
