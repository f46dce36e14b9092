import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, cleanEnv } from "./binary.ts";

export type Shell = "bash" | "zsh" | "fish";

/** What each shell offers after a command line, by its own completion and the script that sexton prints for it. */
export interface Shells {
  /** The words of a command line, the last one as far as it is typed. */
  complete(shell: Shell, words: readonly string[]): Promise<string[]>;
  /** The shell's own opinion of the script; empty: it has none. */
  syntax(shell: Shell): string;
  close(): void;
}

/** Null: it is there. */
export function shellProblem(shell: Shell): string | null {
  return Bun.which(shell) === null ? `${shell} is not installed` : null;
}

const askers: Readonly<Record<Shell, string>> = {
  bash: `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sexton; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: `source $argv[1]; complete -C (string join -- ' ' $argv[2..])`,
  // The words that end up in the list are those that compadd is given: -O has it keep those that match in an array.
  zsh: `
script=$0; words_=("$@")
zmodload zsh/zpty
zpty sub zsh -f -i
zpty -w sub "autoload -U compinit; compinit -u -D; source $script; PS1=; unsetopt zle_bracketed_paste beep"
zpty -w sub 'compadd() { local -a found; builtin compadd -O found "$@"; (( $#found )) && printf "<%s>\\n" $found >> $OUT; builtin compadd "$@" }'
zpty -w sub 'ask() { zle list-choices; BUFFER=; print DO""NE }; zle -N ask; bindkey "^I" ask; print RE""ADY'
zpty -r -m sub said '*READY*'
zpty -w -n sub "\${(j: :)words_}"$'\\t'
zpty -r -m sub said '*DONE*'
cat $OUT`,
};

export function createShells(listen: string): Shells {
  const folder = mkdtempSync(join(tmpdir(), "sexton-shells-"));
  symlinkSync(binary, join(folder, "sexton"));
  const env = {
    ...cleanEnv,
    PATH: `${folder}:${cleanEnv["PATH"]}`,
    SEXTON_LISTEN: listen,
    HOME: folder,
    TERM: "xterm",
  };
  const scriptOf = (shell: Shell) => {
    const path = join(folder, `completion.${shell}`);
    const { stdout } = Bun.spawnSync([binary, "completion", shell], { env });
    writeFileSync(path, stdout);
    chmodSync(path, 0o644);
    return path;
  };
  return {
    async complete(shell, words) {
      const out = join(folder, "out");
      writeFileSync(out, "");
      const before = { bash: ["--norc", "-c"], zsh: ["-f", "-c"], fish: ["--no-config", "-c"] }[shell];
      // Fish would take what follows for its own options.
      const end = shell === "fish" ? ["--"] : [];
      const child = Bun.spawn([shell, ...before, askers[shell], ...end, scriptOf(shell), ...words], {
        env: { ...env, OUT: out },
        stdio: ["ignore", "pipe", "ignore"],
        timeout: 15_000,
      });
      const text = await new Response(child.stdout).text();
      const offered = text.split("\n").map((line) => line.replace(/\t.*$/, ""));
      const marked = shell === "zsh" ? offered.flatMap((line) => /^<(.*)>$/.exec(line)?.[1] ?? []) : offered;
      return [...new Set(marked.filter((line) => line !== ""))].sort();
    },
    syntax(shell) {
      return Bun.spawnSync([shell, "-n", scriptOf(shell)], { env, stderr: "pipe" }).stderr.toString();
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
