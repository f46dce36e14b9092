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
}
