export interface OptionShape {
  readonly short?: string;
  readonly long?: string;
  readonly takesValue?: boolean;
}

export type Found<Shape> = { readonly option: Shape; readonly value: string } | { readonly problem: OptionProblem };

/** `said` is a letter, or a word with its dashes. */
export interface OptionProblem {
  readonly kind: "unknown" | "ambiguous" | "needs-value" | "takes-none";
  readonly said: string;
  /** Of an ambiguous word. */
  readonly candidates: readonly string[];
}

export interface Split<Shape> {
  readonly found: readonly Found<Shape>[];
  readonly operands: readonly string[];
}

/**
 * getopt(3) and getopt_long(3): clusters, values attached or not, long options by any prefix that is of one alone. It
 * stops at the first operand, or with `permutes` collects options behind operands too, as glibc does without a `+`.
 */
export function getopt<Shape extends OptionShape>(
  args: readonly string[],
  shapes: readonly Shape[],
  permutes = false,
): Split<Shape> {
  const found: Found<Shape>[] = [];
  const operands: string[] = [];
  const hasLong = shapes.some(({ long }) => long !== undefined);
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === "--") {
      at++;
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      if (!permutes) break;
      operands.push(arg);
    } else if (hasLong && arg.startsWith("--")) at = takeLong(arg, at);
    else at = takeCluster(arg, at);
  }
  return { found, operands: [...operands, ...args.slice(at)] };

  function takeLong(arg: string, index: number): number {
    const [, word = "", attached] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    const near = shapes.filter(({ long }) => long?.startsWith(word));
    const option = near.find(({ long }) => long === word) ?? (near.length === 1 ? near[0] : undefined);
    if (!option) {
      const candidates = near.map(({ long }) => `--${long}`);
      found.push(problem(near.length > 1 ? "ambiguous" : "unknown", near.length > 1 ? arg : `--${word}`, candidates));
      return index;
    }
    const said = `--${option.long}`;
    if (!option.takesValue) {
      found.push(attached === undefined ? { option, value: "" } : problem("takes-none", said));
      return index;
    }
    const value = attached ?? args[index + 1];
    found.push(value === undefined ? problem("needs-value", said) : { option, value });
    return attached === undefined ? index + 1 : index;
  }

  function takeCluster(arg: string, index: number): number {
    for (let letter = 1; letter < arg.length; letter++) {
      const said = arg[letter] as string;
      const option = shapes.find(({ short }) => short === said);
      if (!option) found.push(problem("unknown", said));
      else if (!option.takesValue) found.push({ option, value: "" });
      else {
        const attached = arg.slice(letter + 1);
        const value = attached === "" ? args[index + 1] : attached;
        found.push(value === undefined ? problem("needs-value", said) : { option, value });
        return attached === "" ? index + 1 : index;
      }
    }
    return index;
  }
}

function problem(kind: OptionProblem["kind"], said: string, candidates: readonly string[] = []) {
  return { problem: { kind, said, candidates } };
}

/** What glibc prints of it. */
export function describeAsGlibc(name: string, { kind, said, candidates }: OptionProblem): string {
  const isLong = said.startsWith("--");
  switch (kind) {
    case "unknown":
      return isLong ? `${name}: unrecognized option '${said}'\n` : `${name}: invalid option -- '${said}'\n`;
    case "ambiguous":
      return `${name}: option '${said}' is ambiguous; possibilities:${candidates.map((word) => ` '${word}'`).join("")}\n`;
    case "needs-value":
      return isLong
        ? `${name}: option '${said}' requires an argument\n`
        : `${name}: option requires an argument -- '${said}'\n`;
    case "takes-none":
      return `${name}: option '${said}' doesn't allow an argument\n`;
  }
}
