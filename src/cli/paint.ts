/** Puts colours around text, or nothing. */
export interface Paint {
  readonly heading: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
}

/** `auto`: for people at a terminal that can show it. */
export const colorChoices = ["auto", "always", "never"] as const;
export type ColorChoice = (typeof colorChoices)[number];

const plain = (text: string) => text;

/** Select Graphic Rendition of console_codes(4). */
const rendition = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;

/** https://no-color.org: any text in NO_COLOR but none at all turns colours off, unless somebody asks for them. */
export function createPaint(
  choice: ColorChoice,
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const isAble = isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  if (choice === "never" || (choice === "auto" && !isAble)) return { heading: plain, bad: plain, doubtful: plain };
  return { heading: rendition(1), bad: rendition(31), doubtful: rendition(33) };
}
