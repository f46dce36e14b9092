import type { CommandWords, OptionWords, ValueSource } from "#cli/completion/words.ts";
import { quoted } from "#cli/completion/words.ts";

/** A line of complete(1) for each word. */
export function fishScript(commands: readonly CommandWords[]): string {
  return `# fish completion of sexton: sexton completion fish | source
function __sexton_at --argument-names command
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test $words[2] = $command
end
complete -c sexton -f
${commands.map(({ name, summary }) => `complete -c sexton -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`).join("\n")}
${commands.flatMap(commandLines).join("\n")}
`;
}

function commandLines({ name, options, operands }: CommandWords): string[] {
  return [
    ...options.map((option) => `complete -c sexton -n ${quoted(`__sexton_at ${name}`)} ${optionFlags(option)}`),
    ...operands.map(
      (source, index) => `complete -c sexton -n ${quoted(placeOf(name, operands, index))} ${action(source)}`,
    ),
  ];
}

/** The first operand is due until it is there, by which the second is known to be. */
function placeOf(name: string, [first]: readonly ValueSource[], index: number): string {
  if (first?.kind !== "words") return `__sexton_at ${name}`;
  return `__sexton_at ${name}; and ${index === 0 ? "not " : ""}__fish_seen_subcommand_from ${first.words.join(" ")}`;
}

function optionFlags({ name, short, description, value }: OptionWords): string {
  const flags = `-l ${name}${short ? ` -s ${short}` : ""} -d ${quoted(description)}`;
  return value === null || value.mayMiss ? flags : `${flags} -r ${action(value.source)}`.trimEnd();
}

function action(source: ValueSource): string {
  switch (source.kind) {
    case "words":
      return `-f -a ${quoted(source.words.join(" "))}`;
    case "names":
      return `-f -a ${quoted(`(sexton completion names ${source.of} 2>/dev/null)`)}`;
    case "files":
      return "-F";
    case "any":
      return "-f";
  }
}
