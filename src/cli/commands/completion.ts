import { UsageError } from "#base/errors.ts";
import { type Command, type CommandContext, type ExitCode, exitCode, type NameKind, nameKinds } from "#cli/command.ts";
import { bashScript } from "#cli/completion/bash.ts";
import { fishScript } from "#cli/completion/fish.ts";
import { type CommandWords, wordsOf } from "#cli/completion/words.ts";
import { zshScript } from "#cli/completion/zsh.ts";

const scripts: Readonly<Record<string, (commands: readonly CommandWords[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completion(commands: () => readonly Command[]): Command {
  return {
    name: "completion",
    summary: "Print a script that has a shell complete sexton's commands, options and names",
    operands: "bash | zsh | fish | names KIND",
    maxOperands: 2,
    actions: {
      bash: "source <(sexton completion bash)",
      zsh: "source <(sexton completion zsh), after compinit",
      fish: "sexton completion fish | source",
      names: `For these scripts: the names that a running agent knows of, a line each: ${nameKinds.join(", ")}`,
    },
    options: {},
    examples: [["sexton completion bash > /etc/bash_completion.d/sexton", "for everybody, from the next shell on"]],
    async run(context) {
      const [what, kind] = context.args;
      if (what === "names") return names(context, kind);
      const script = what === undefined ? undefined : scripts[what];
      if (!script) throw new UsageError(`Cannot complete for ${what ?? "no shell"}: there is bash, zsh and fish`);
      if (kind !== undefined) throw new UsageError(`Cannot use "${kind}" with completion ${what}`);
      context.out(script(wordsOf(commands())));
      return exitCode.ok;
    },
  };
}

const paths: Readonly<Record<NameKind, string>> = {
  targets: "/signal",
  watches: "/reloads",
  containers: "/containers",
};

/** Shells expand what they are given, and whoever starts a container names it. */
const harmless = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

async function names(context: CommandContext, kind: string | undefined): Promise<ExitCode> {
  if (kind === undefined || !nameKinds.includes(kind as NameKind))
    throw new UsageError(`Cannot name ${kind ?? "nothing"}: there are ${nameKinds.join(", ")}`);
  const client = await context.connect();
  const answer = await client.ask(paths[kind as NameKind], { accept: "application/json", timeoutMs: 3_000 });
  if (!answer.ok) return exitCode.failed;
  const listed = (JSON.parse(answer.text) as Partial<Record<string, readonly { readonly name: string | null }[]>>)[
    kind
  ];
  const known = new Set(listed?.flatMap(({ name }) => (name !== null && harmless.test(name) ? [name] : [])));
  for (const name of known) context.out(`${name}\n`);
  return exitCode.ok;
}
