import type { Proof } from "#policy/evidence/proof.ts";
import { commandLine, exeName, type Process } from "#process/process.ts";
import type { StandardSignal } from "#process/signal.ts";

/**
 * What sexton knows about an app: how its processes are recognised, which of them is the master that gets the
 * signals, and which signal a person's verb means to it. A profile is data; each one names its source in a comment.
 */
export interface Profile {
  readonly name: string;
  readonly match: {
    /**
     * Tested against the base name of the executable. Where permission hides the executable, against the base name
     * of argv[0] (up to the first `:` or space, which drops what setproctitle wrote) and the process name.
     */
    readonly program: RegExp;
    /** For apps in an interpreter (`ruby`, `python3`, `php`): must also match the command line. */
    readonly commandLine?: RegExp;
  };
  /** Tells the master from its workers by the command line; absent: the topmost matching process is the master. */
  readonly master?: RegExp;
  /** Verbs, lower case. A verb the app has no signal for says why, in a sentence that names the other way. */
  readonly verbs: Readonly<Record<string, StandardSignal | { readonly none: string }>> & {
    readonly reload: StandardSignal | { readonly none: string };
  };
  /** What shows that a reload took effect; absent: whatever can be seen. */
  readonly proof?: Proof;
}

/** Whether a process belongs to the app of this profile, master or worker. */
export function matchesProfile(profile: Profile, process: Pick<Process, "name" | "facts">): boolean {
  const { program, commandLine: pattern } = profile.match;
  if (!programNames(process).some((name) => program.test(name))) return false;
  return pattern === undefined || pattern.test(commandLine(process));
}

/** The executable is what the kernel vouches for; the rest is what the process says of itself, good enough without it. */
function programNames({ name, facts }: Pick<Process, "name" | "facts">): string[] {
  const exe = exeName(facts);
  if (exe !== null) return [exe];
  const said = facts.args?.[0]?.replace(/[: ].*$/s, "").replace(/^.*\//s, "") ?? "";
  return said === "" ? [name] : [said, name];
}
