/** Whose command line, defaults, messages and exit codes are asked for. */
export type Personality = "sexton" | "tini" | "dumb-init";

/** By the name of the link that sexton was called through, or its first argument. Null: it is no init this time. */
export function calledAs(argv0: string, args: readonly string[]): Personality | null {
  switch (argv0.slice(argv0.lastIndexOf("/") + 1)) {
    case "tini":
    case "docker-init":
      return "tini";
    case "dumb-init":
      return "dumb-init";
    default:
      return args[0] === "init" ? "sexton" : null;
  }
}
