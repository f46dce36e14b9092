import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchLibc, type Libc, placeLibraries } from "./debian-libc.ts";
import { run } from "./run.ts";
import type { Target } from "./targets.ts";

const top = join(import.meta.dir, "../..");

export interface ImageFacts {
  readonly version: string;
  readonly revision: string;
  /** Seconds */
  readonly created: number;
  /** Where the sources are, when that is known. */
  readonly source: string | null;
}

interface Job {
  readonly targets: readonly Target[];
  readonly facts: ImageFacts;
  readonly binaryOf: (target: Target) => string;
  /** The archive to write. */
  readonly archive: string;
  /** For what nobody needs afterwards. */
  readonly work: string;
}

/** One archive (an OCI image layout in a tar) with an image for each architecture; the glibc in each. */
export async function makeImages({ targets, facts, binaryOf, archive, work }: Job): Promise<ReadonlyMap<Target, Libc>> {
  for (const name of ["buildah", "tar"]) {
    if (Bun.which(name) === null)
      throw new Error(`Cannot make the images: ${name} not found. Install it, or --no-images`);
  }
  // A store of its own, so that neither images nor layers are left on the machine.
  const store = ["--root", join(work, "store"), "--runroot", join(work, "runroot"), "--storage-driver", "vfs"];
  const buildah = (...args: readonly string[]) => run(["buildah", ...store, ...args]);
  const list = `localhost/sexton:${facts.version}`;
  const libcs = new Map<Target, Libc>();
  for (const target of targets) {
    const context = join(work, `image-${target.name}`);
    const rootfs = join(context, "rootfs");
    mkdirSync(rootfs, { recursive: true });
    copyFileSync(binaryOf(target), join(rootfs, "sexton"));
    chmodSync(join(rootfs, "sexton"), 0o755);
    const libc = await fetchLibc(target.architecture, work);
    placeLibraries(target, libc, rootfs);
    libcs.set(target, libc);
    writeFileSync(join(context, "Dockerfile"), lastStage(readFileSync(join(top, "Dockerfile"), "utf8")));
    const labels = imageLabels(facts).flatMap(([name, value]) => ["--label", `${name}=${value}`]);
    await buildah(
      ...["bud", "--quiet", "--layers=false", "--format=oci", "--identity-label=false", "--network=none"],
      ...["--platform", `linux/${target.architecture}`, "--timestamp", String(facts.created), "--manifest", list],
      ...["--build-arg", `VERSION=${facts.version}`, ...labels, context],
    );
  }
  const layout = join(work, "layout");
  await buildah("manifest", "push", "--all", "--quiet", list, `oci:${layout}:sexton:${facts.version}`);
  await tarLayout(layout, archive, facts.created);
  rmSync(layout, { recursive: true });
  return libcs;
}

/** The Dockerfile from its FROM scratch on, with files that are there already in the place of the stage that makes them. */
export function lastStage(dockerfile: string): string {
  const stage = dockerfile.slice(dockerfile.indexOf("\nFROM scratch\n") + 1);
  const copied = stage.replace("COPY --from=build /rootfs/ /\n", "COPY rootfs/ /\n");
  if (!stage.startsWith("FROM scratch") || copied === stage) {
    throw new Error("Cannot make the images: the Dockerfile has no stage that begins FROM scratch and copies /rootfs/");
  }
  return copied;
}

/** Beside those that the Dockerfile has. https://github.com/opencontainers/image-spec/blob/main/annotations.md */
export function imageLabels({ revision, created, source }: ImageFacts): readonly (readonly [string, string])[] {
  const prefix = "org.opencontainers.image";
  return [
    [`${prefix}.revision`, revision],
    [`${prefix}.created`, new Date(created * 1000).toISOString().replace(".000Z", "Z")],
    ...(source === null ? [] : [[`${prefix}.source`, source] as const]),
  ];
}

/** As `oci-archive:` reads it; the same bytes from the same layout, which buildah's own archives are not. */
async function tarLayout(layout: string, archive: string, created: number): Promise<void> {
  const order = ["--sort=name", `--mtime=@${created}`, "--owner=0", "--group=0", "--numeric-owner", "--format=ustar"];
  await run(["tar", ...order, "--mode=u=rwX,go=rX", "-C", layout, "-cf", archive, "."]);
}
