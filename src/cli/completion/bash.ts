import type { CommandWords, OptionWords, ValueSource } from "#cli/completion/words.ts";
import { quoted } from "#cli/completion/words.ts";

/**
 * For bash 4 and later, without the package bash-completion. `--sort=cpu` comes as three words, since `=` is one of
 * COMP_WORDBREAKS; what `compgen -W` is given it expands, so names are such that nothing can be expanded in them.
 */
export function bashScript(commands: readonly CommandWords[]): string {
  return `# bash completion of sexton: source <(sexton completion bash)
_sexton() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local command=\${COMP_WORDS[1]} flags= values= values_of= operand=0 i word
  COMPREPLY=()
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if ((COMP_CWORD == 1)) && [[ $cur != -* ]]; then
    COMPREPLY=($(compgen -W ${quoted(commands.map(({ name }) => name).join(" "))} -- "$cur"))
    return
  fi
  [[ $command == -* ]] && command=serve
  case $command in
${commands.map(flagsCase).join("\n")}
  esac
  if [[ $prev == -* && " $values_of " == *" $prev "* ]]; then
    case "$command $prev" in
${commands.flatMap(({ name, options }) => options.flatMap((option) => valueCase(name, option))).join("\n")}
      *) return ;;
    esac
    COMPREPLY=($(compgen -W "$values" -- "$cur"))
    return
  fi
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
    return
  fi
  for ((i = 2; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = ]]; then ((i++))
    elif [[ " $values_of " == *" $word "* ]]; then
      [[ \${COMP_WORDS[i + 1]} == = ]] || ((i++))
    elif [[ $word != -* ]]; then ((operand++))
    fi
  done
  case "$command $operand" in
${commands.flatMap(({ name, operands }) => operands.map((source, index) => `    ${quoted(`${name} ${index}`)}) ${action(source)} ;;`)).join("\n")}
    *) return ;;
  esac
  COMPREPLY=($(compgen -W "$values" -- "$cur"))
}
complete -F _sexton sexton
`;
}

function flagsCase({ name, options }: CommandWords): string {
  const flags = options.map((option) => `--${option.name}`);
  const needing = options.flatMap(({ value, name: flag, short }) =>
    value === null || value.mayMiss ? [] : short ? [`--${flag}`, `-${short}`] : [`--${flag}`],
  );
  return `    ${name}) flags=${quoted(flags.join(" "))} values_of=${quoted(needing.join(" "))} ;;`;
}

function valueCase(command: string, { name, value }: OptionWords): string[] {
  if (value === null || value.source.kind === "any") return [];
  return [`      ${quoted(`${command} --${name}`)}) ${action(value.source)} ;;`];
}

function action(source: ValueSource): string {
  switch (source.kind) {
    case "words":
      return `values=${quoted(source.words.join(" "))}`;
    case "names":
      return `values=$(sexton completion names ${source.of} 2>/dev/null)`;
    case "files":
      return 'COMPREPLY=($(compgen -f -- "$cur")); return';
    case "any":
      return "return";
  }
}
