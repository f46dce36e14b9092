import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { run } from "./command.ts";
import { groundEnv, groundFolder, prepareGround } from "./ground.ts";
import { dropOtherTags, image, imageExists } from "./rootfs.ts";

const top = join(import.meta.dir, "../../..");

let built: Promise<string> | undefined;

/** sexton's own image, from the repository's Dockerfile; built again only when something that goes into it changed. */
export function sextonImage(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  await prepareGround();
  const builder = await builderStandIn();
  const tag = `localhost/sexton-test/sexton:${fingerprint(builder)}`;
  if (await imageExists(tag)) return tag;
  const cache = await filledInstallCache();
  const started = performance.now();
  await run(
    [
      "buildah",
      "bud",
      "--quiet",
      "--layers=false",
      // The build must not need a network: what it installs comes out of the cache, at the versions of bun.lock.
      "--network=none",
      "--pull-never",
      `--volume=${cache}:/root/.bun/install/cache:O`,
      `--build-arg=BUILDER=${builder}`,
      `--tag=${tag}`,
      top,
    ],
    { env: groundEnv, deadlineMs: 120_000 },
  );
  console.log(`built the sexton image in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  await dropOtherTags(tag);
  return tag;
}

/** Everything that the Dockerfile copies, and the Dockerfile. */
function fingerprint(builder: string): string {
  const hash = createHash("sha256").update(builder);
  const fixed = [
    "Dockerfile",
    ".dockerignore",
    "package.json",
    "bun.lock",
    "bunfig.toml",
    "scripts/build.ts",
    "scripts/identity.ts",
    "scripts/page.ts",
  ];
  const source = [...new Glob("src/**/*").scanSync({ cwd: top, onlyFiles: true })].sort();
  for (const path of [...fixed, ...source]) hash.update(`\0${path}\0`).update(readFileSync(join(top, path)));
  return hash.digest("hex").slice(0, 16);
}

/** What the Dockerfile asks of its builder image, out of this machine's own files: a shell, coreutils, ldd and bun. */
function builderStandIn(): Promise<string> {
  const inBin = ["sh", "bash", "cat", "chmod", "cp", "dirname", "mkdir"].map((name) => `/bin/${name}`);
  return image({
    name: "builder",
    programs: inBin,
    files: { "/usr/bin/ldd": "/usr/bin/ldd", "/usr/local/bin/bun": process.execPath, ...besideLdd() },
    texts: { "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "/etc/group": "root:x:0:\n" },
    folders: ["tmp", "root/.bun/install/cache"],
    changes: ["ENV PATH=/usr/local/bin:/usr/bin:/bin", "ENV HOME=/root"],
  });
}

/** ldd is a shell script around the loader of its architecture, and the loader must be there even if nothing links it. */
function besideLdd(): Record<string, string> {
  const loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
  return Object.fromEntries(loaders.filter((path) => existsSync(path)).map((path) => [path, path]));
}

/** bun's own cache on this machine, holding at least what bun.lock names for production. */
async function filledInstallCache(): Promise<string> {
  const folder = mkdtempSync(join(groundFolder, "tmp", "install-"));
  try {
    for (const name of ["package.json", "bun.lock", "bunfig.toml"]) copyFileSync(join(top, name), join(folder, name));
    await run([process.execPath, "install", "--frozen-lockfile", "--production", "--silent"], { cwd: folder });
    return (await run([process.execPath, "pm", "cache"], { cwd: folder })).trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
