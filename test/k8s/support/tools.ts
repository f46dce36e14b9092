import { describe, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { attempt, type Finished } from "../../support/pod/command.ts";

const fetched = join(import.meta.dir, "../../../node_modules/.cache/kubernetes-tools");

/** Where a variable says, where scripts/kubernetes-tools.ts has put it, or on the PATH. */
function find(name: "helm" | "kubectl"): string | null {
  const given = process.env[name.toUpperCase()];
  if (given !== undefined && given !== "") return given;
  const path = join(fetched, name);
  return existsSync(path) ? path : Bun.which(name);
}

const programs = { helm: find("helm"), kubectl: find("kubectl") };

/** Tests that need helm or kubectl: skipped with the reason where it is missing, unless they are required. */
export function describeWith(name: keyof typeof programs, title: string, body: () => void): void {
  if (programs[name] !== null) describe(title, body);
  else if (process.env["REQUIRE_KUBECTL_TESTS"] === "1") {
    test(title, () => {
      throw new Error(`Cannot run these tests: there is no ${name} (bun scripts/kubernetes-tools.ts)`);
    });
  } else describe.skip(`${title} (no ${name}: bun scripts/kubernetes-tools.ts)`, body);
}

/** Runs it to its end; neither reads a configuration or a cache of this machine's. */
export function runTool(name: keyof typeof programs, args: readonly string[], cwd: string): Promise<Finished> {
  const home = { HOME: cwd, KUBECONFIG: "/dev/null", PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
  return attempt([programs[name] ?? name, ...args], { cwd, env: home });
}
