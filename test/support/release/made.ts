import { describe, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../pod/command.ts";

const top = join(import.meta.dir, "../../..");
const programs = [
  "buildah",
  "apt-get",
  "dpkg-deb",
  "readelf",
  "sha256sum",
  "qemu-aarch64-static",
  "musl-gcc",
  "unshare",
];

/** Tests of a whole release: 40 s, and 160 MB from the npm registry and Debian, so they are run when they are asked for. */
export function describeRelease(title: string, body: () => void): void {
  if (process.env["REQUIRE_RELEASE_TESTS"] !== "1") {
    describe.skip(`${title} (with REQUIRE_RELEASE_TESTS=1: it fetches the Bun of four systems)`, body);
    return;
  }
  const missing = programs.filter((name) => Bun.which(name) === null);
  if (missing.length === 0) describe(title, body);
  else {
    test(title, () => {
      throw new Error(`Cannot test a release: not installed: ${missing.join(", ")} (see .ci/run for the packages)`);
    });
  }
}

export interface Made {
  readonly folder: string;
  remove(): void;
}

/** What the release of these tests says of itself. */
export const facts = {
  revision: "0123456789abcdef0123456789abcdef01234567",
  /** Seconds: 2026-09-21T14:13:20Z */
  created: 1_790_000_000,
  source: "https://git.example/sexton",
};

/** Everything that `npm run release` makes, in a folder of its own. */
export async function makeRelease(): Promise<Made> {
  const folder = mkdtempSync(join(tmpdir(), "sexton-release-test-"));
  const env = {
    ...process.env,
    SOURCE_REVISION: facts.revision,
    SOURCE_DATE_EPOCH: String(facts.created),
    SOURCE_REPOSITORY: facts.source,
  };
  const release = [process.execPath, "scripts/release.ts", "--out", folder];
  await run(release, { cwd: top, env, deadlineMs: 240_000 }).catch((cause) => {
    rmSync(folder, { recursive: true, force: true });
    throw cause;
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
