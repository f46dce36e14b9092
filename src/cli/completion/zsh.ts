import type { CommandWords, OptionWords, ValueSource } from "#cli/completion/words.ts";
import { quoted } from "#cli/completion/words.ts";

/** A function for zsh's own completion (zshcompsys(1)); works from a folder of $fpath and when it is sourced. */
export function zshScript(commands: readonly CommandWords[]): string {
  return `#compdef sexton
# zsh completion of sexton: source <(sexton completion zsh), or as a file _sexton in a folder of $fpath
_sexton_names() {
  local -a names=(\${(f)"$(sexton completion names $1 2>/dev/null)"})
  (( $#names )) && compadd -a names
}
_sexton() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  local command=serve
  if [[ $words[2] != -* ]]; then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${commands.map(commandCase).join("\n")}
  esac
}
if [[ \${funcstack[1]} == _sexton ]]; then _sexton "$@"; else compdef _sexton sexton; fi
`;
}

function commandCase({ name, options, operands }: CommandWords): string {
  const specs = [
    ...options.map(optionSpec),
    ...operands.map((source, index) => quoted(`${index + 1}:${name}:${action(source)}`)),
  ];
  return `    ${name}) _arguments ${specs.map((spec) => `\\\n      ${spec}`).join(" ")} ;;`;
}

function optionSpec({ name, short, description, value }: OptionWords): string {
  const about = `[${escaped(description)}]`;
  const message = value && `${value.mayMiss ? "::" : ":"}${value.title}:${action(value.source)}`;
  const spec = quoted(`--${name}${value ? "=" : ""}${about}${message ?? ""}`);
  return short ? `{-${short},--${name}}${quoted(about)}` : spec;
}

/** A spec of _arguments ends its description at a bracket, and its parts at a colon. */
function escaped(text: string): string {
  return text.replace(/[[\]\\:]/g, (character) => `\\${character}`);
}

function action(source: ValueSource): string {
  switch (source.kind) {
    case "words":
      return `(${source.words.join(" ")})`;
    case "names":
      // Without the blank in front _arguments would put options of its own before the word.
      return ` _sexton_names ${source.of}`;
    case "files":
      return "_files";
    case "any":
      return " ";
  }
}
