import { join } from "node:path";

interface Named {
  readonly name: string;
  readonly description: string;
}

interface OptionHelp extends Named {
  readonly value?: string;
  readonly short?: string;
}

/** What `sexton help --json` prints. */
export interface Help {
  readonly commands: readonly {
    readonly name: string;
    readonly summary: string;
    readonly operands: string;
    readonly takesSettings?: boolean;
    readonly actions?: Readonly<Record<string, string>>;
    readonly examples?: readonly (readonly [string, string])[];
    readonly options: readonly OptionHelp[];
  }[];
  readonly commonOptions: readonly OptionHelp[];
  readonly settings: readonly (Named & {
    readonly flag: string;
    readonly variable: string;
    readonly default: unknown;
  })[];
  readonly environment: readonly Named[];
  readonly exitCodes: readonly { readonly code: number; readonly meaning: string }[];
}

const main = join(import.meta.dir, "..", "..", "src", "main.ts");

/** Asked from outside, as everyone does, so that the pages are about what is printed. */
export function ask(...args: readonly string[]): string {
  const { stdout, exitCode, stderr } = Bun.spawnSync([process.execPath, main, ...args], {
    env: { PATH: "/usr/bin:/bin", NO_COLOR: "1" },
    stderr: "pipe",
  });
  if (exitCode !== 0) throw new Error(`sexton ${args.join(" ")} ended with ${exitCode}: ${stderr}`);
  return stdout.toString();
}

export function readHelp(): Help {
  return JSON.parse(ask("help", "--json")) as Help;
}
