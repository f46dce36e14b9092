import { readFileSync } from "node:fs";
import { run } from "./command.ts";

/** Where this machine's own apt gets its Debian from: of what is configured, what has the release that it runs. */
export async function ownMirror(): Promise<string> {
  const release = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
  const targets = await run(["apt-get", "indextargets", "--format", format, "Created-By: Packages"], 30);
  const uri = mirrorIn(targets, release ?? "stable");
  if (uri === null)
    throw new Error(
      `Cannot find a mirror of Debian: apt has no source with ${release ?? "a release"} and main. Name one with --mirror`,
    );
  return uri;
}

/** Lines of `URI RELEASE COMPONENT`. */
export function mirrorIn(targets: string, release: string): string | null {
  for (const line of targets.split("\n")) {
    const [uri, suite, component] = line.split(" ");
    if (suite === release && component === "main") return uri ?? null;
  }
  return null;
}
