import type { ParseArgsConfig } from "node:util";
import type { Paint } from "#cli/paint.ts";
import type { Screen } from "#cli/screen.ts";
import type { Client } from "#client/client.ts";
import type { LoadedConfig } from "#config/load.ts";
import { restartExitCode } from "#process/leave.ts";

/** Exit codes of every command. */
export const exitCode = { ok: 0, failed: 1, usage: 2, unreachable: 3, restart: restartExitCode } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** What only a running agent knows the names of. */
export const nameKinds = ["targets", "watches", "containers"] as const;
export type NameKind = (typeof nameKinds)[number];

export interface Option {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** What stands for the value in the help: `NAME`. */
  readonly value?: string;
  readonly description: string;
  /** It may stand without a value too, which is this one then. */
  readonly alone?: string;
  /** The values that there are, or those that are likely: for the shell to complete. */
  readonly choices?: readonly string[];
  /** They are all: another is refused before anybody is asked. */
  readonly isOneOf?: true;
  /** The value is such a name. */
  readonly names?: NameKind;
}

/** For commands that print until they are told to end. */
export interface LiveOutput {
  /** Resolves when whoever reads has taken it: what is printed faster than read must not pile up. */
  readonly write: (text: string) => Promise<void>;
  /** From now on Ctrl-C no longer ends the program but fires this, and so does a reader that has gone. */
  readonly untilEnough: () => AbortSignal;
}

export interface CommandContext {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly live: LiveOutput;
  readonly screen: Screen;
  /** Colours, where they are wanted. */
  readonly paint: Paint;
  /** Reads file, environment and flags; throws a UsageError for what is wrong in them. */
  readonly loadConfig: () => Promise<LoadedConfig>;
  /** A client for the agent that the same configuration describes. */
  readonly connect: () => Promise<Client>;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What may follow the name: `[verb]`. */
  readonly operands: string;
  readonly maxOperands: number;
  /** What the first operand may be, where each means something of its own. */
  readonly actions?: Readonly<Record<string, string>>;
  /** The same where each speaks for itself, all or those that are likely: for the shell to complete. */
  readonly choices?: readonly string[];
  /** The last operand is such a name. */
  readonly names?: NameKind;
  /** Takes every setting, not only those that say where the agent is. */
  readonly takesSettings?: boolean;
  readonly options: Readonly<Record<string, Option>>;
  /** Command lines, each with what it is good for. */
  readonly examples?: readonly (readonly [string, string])[];
  readonly run: (context: CommandContext) => Promise<ExitCode>;
}

export type ParseOptions = NonNullable<ParseArgsConfig["options"]>;
