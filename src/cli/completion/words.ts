import type { Command, NameKind, Option } from "#cli/command.ts";
import { initCommand } from "#cli/help.ts";
import { commonOptions, settingsToShow } from "#cli/parse.ts";

/** What a shell is told of an option: the same for all three of them. */
export interface OptionWords {
  readonly name: string;
  readonly short: string | null;
  readonly description: string;
  /** Null: it is a switch. */
  readonly value: { readonly title: string; readonly source: ValueSource; readonly mayMiss: boolean } | null;
}

export type ValueSource =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "names"; readonly of: NameKind }
  | { readonly kind: "files" }
  | { readonly kind: "any" };

export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** By place: the first operand, then the second. */
  readonly operands: readonly ValueSource[];
}

export function wordsOf(commands: readonly Command[]): CommandWords[] {
  const names = [...commands.map(({ name }) => name), initCommand.name];
  const init: CommandWords = { ...initCommand, options: [], operands: [{ kind: "files" }] };
  const help: CommandWords = {
    name: "help",
    summary: "What there is, and what a command takes",
    options: [],
    operands: [{ kind: "words", words: names }],
  };
  return [...commands.map(commandWords), init, help];
}

function commandWords(command: Command): CommandWords {
  const options = Object.entries({ ...command.options, ...commonOptions }).map(([name, option]) =>
    optionWords(name, option),
  );
  // The other settings are many, and of no use to who asks.
  const settings = settingsToShow(command).map(({ flag, description, isSwitch }): OptionWords => {
    const source: ValueSource = { kind: flag.endsWith("-file") ? "files" : "any" };
    const value = isSwitch ? null : { title: "VALUE", source, mayMiss: false };
    return { name: flag, short: null, description, value };
  });
  return {
    name: command.name,
    summary: command.summary,
    options: [...options, ...settings],
    operands: operandsOf(command),
  };
}

function optionWords(name: string, { type, short, value, alone, choices, names, description }: Option): OptionWords {
  const source = sourceOf(choices, names, value);
  return {
    name,
    short: short ?? null,
    description,
    value: type === "boolean" ? null : { title: value ?? "VALUE", source, mayMiss: alone !== undefined },
  };
}

function sourceOf(
  choices: readonly string[] | undefined,
  names: NameKind | undefined,
  title: string | undefined,
): ValueSource {
  if (choices) return { kind: "words", words: choices };
  if (names) return { kind: "names", of: names };
  return { kind: title === "FILE" ? "files" : "any" };
}

function operandsOf({ actions, choices, names, maxOperands }: Command): ValueSource[] {
  const words = actions ? Object.keys(actions) : choices;
  const first: ValueSource[] = words && maxOperands > 0 ? [{ kind: "words", words }] : [];
  return names && first.length < maxOperands ? [...first, { kind: "names", of: names }] : first;
}

/** For a line of a script: within single quotes, of which there are none in our own texts but by mistake. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
