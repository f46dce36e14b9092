import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { attempt, run } from "./command.ts";
import { groundEnv, groundFolder, podman, prepareGround, tryPodman } from "./ground.ts";

/** What an image is made of: files of this machine, files of our own, and what podman import is told about it. */
export type Recipe = {
  readonly name: string;
  /** Programs of this machine, by their path; the libraries that they load come along. */
  readonly programs?: readonly string[];
  /** Path in the image to a file of this machine, which is copied with its mode. */
  readonly files?: Readonly<Record<string, string>>;
  /** Path in the image to text. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly folders?: readonly string[];
  /** Dockerfile instructions, as `podman import --change` takes them. */
  readonly changes: readonly string[];
};

/** The image of a recipe, made when this exact recipe was not made before. Nothing is pulled. */
export async function image(recipe: Recipe): Promise<string> {
  await prepareGround();
  const tag = `localhost/sexton-test/${recipe.name}:${fingerprint(recipe)}`;
  if (await imageExists(tag)) return tag;
  const root = mkdtempSync(join(groundFolder, "tmp", "rootfs-"));
  try {
    await fill(root, recipe);
    const archive = `${root}.tar`;
    await run(["tar", "--owner=0", "--group=0", "-C", root, "-cf", archive, "."]);
    try {
      await podman("import", "--quiet", ...recipe.changes.flatMap((change) => ["--change", change]), archive, tag);
    } finally {
      rmSync(archive, { force: true });
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  await dropOtherTags(tag);
  return tag;
}

export async function imageExists(tag: string): Promise<boolean> {
  return (await tryPodman("image", "exists", tag)).exitCode === 0;
}

/**
 * Removes what earlier contents left under the same name. Not what is fresh: a run beside this one, of another checkout,
 * may be about to use it. An image in use stays, podman refuses by itself.
 */
export async function dropOtherTags(tag: string): Promise<void> {
  const filters = ["--filter", `reference=${tag.slice(0, tag.lastIndexOf(":"))}`, "--filter", "until=10m"];
  const listed = await podman("images", "--format", "{{.Repository}}:{{.Tag}}", ...filters);
  for (const other of listed.split("\n").filter((line) => line !== "" && line !== tag)) await tryPodman("rmi", other);
}

function fingerprint(recipe: Recipe): string {
  const hash = createHash("sha256").update(JSON.stringify(recipe));
  for (const path of [...(recipe.programs ?? []), ...Object.values(recipe.files ?? {})])
    hash.update(readFileSync(path));
  return hash.digest("hex").slice(0, 16);
}

async function fill(root: string, recipe: Recipe): Promise<void> {
  // The merged /usr of Debian, so that a path with or without /usr means the same file as on the host.
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    mkdirSync(join(root, "usr", name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const path of recipe.folders ?? []) mkdirSync(join(root, path), { recursive: true });
  for (const path of recipe.programs ?? []) {
    for (const file of [path, ...(await librariesOf(path))]) place(root, file, file);
  }
  for (const [to, from] of Object.entries(recipe.files ?? {})) {
    for (const library of await librariesOf(from)) place(root, library, library);
    place(root, to, from);
  }
  for (const [to, text] of Object.entries(recipe.texts ?? {})) {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    writeFileSync(join(root, to), text);
  }
}

function place(root: string, to: string, from: string): void {
  mkdirSync(dirname(join(root, to)), { recursive: true });
  cpSync(realpathSync(from), join(root, to));
}

/** The loader and libraries of a program; none for a script or a static program. */
async function librariesOf(program: string): Promise<string[]> {
  const { exitCode, stdout } = await attempt(["ldd", program], { env: groundEnv });
  return exitCode === 0 ? [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path ?? "") : [];
}
