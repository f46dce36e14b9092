import { chmodSync, copyFileSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./run.ts";
import type { Target } from "./targets.ts";

const triplets = { amd64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };

export interface Libc {
  /** The folder that the package was unpacked in. */
  readonly folder: string;
  readonly version: string;
}

/**
 * Debian's libc6 of an architecture, from the sources that this machine has, checked by apt with Debian's keys. All state
 * is in `folder`: the machine's own architectures and lists stay as they are.
 */
export async function fetchLibc(architecture: Target["architecture"], folder: string): Promise<Libc> {
  const missing = ["apt-get", "dpkg-deb"].filter((name) => Bun.which(name) === null);
  if (missing.length > 0) {
    throw new Error(`Cannot get glibc for the images: ${missing.join(" and ")} not found. Use Debian, or --no-images`);
  }
  const place = join(folder, `libc-${architecture}`);
  const state = join(place, "apt");
  for (const name of ["lists/partial", "cache/archives/partial"]) mkdirSync(join(state, name), { recursive: true });
  writeFileSync(join(state, "status"), "");
  const config = join(state, "apt.conf");
  writeFileSync(config, aptConfig(architecture, state));
  const env = { ...process.env, APT_CONFIG: config };
  await run(["apt-get", "update", "-q"], { env });
  await run(["apt-get", "download", "-q", "libc6"], { env, cwd: place });
  const archive = readdirSync(place).find((name) => name.endsWith(".deb"));
  if (archive === undefined) throw new Error(`Cannot get libc6 of ${architecture}: apt-get has fetched nothing`);
  const unpacked = join(place, "root");
  await run(["dpkg-deb", "--extract", join(place, archive), unpacked]);
  const version = await run(["dpkg-deb", "--field", join(place, archive), "Version"]);
  return { folder: unpacked, version: version.trim() };
}

function aptConfig(architecture: string, state: string): string {
  return `APT::Architecture "${architecture}";
APT::Architectures { "${architecture}"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Dir::State "${state}";
Dir::State::status "${state}/status";
Dir::State::lists "${state}/lists";
Dir::Cache "${state}/cache";
`;
}

/** Puts the loader and the libraries where the loader of Debian looks for them. */
export function placeLibraries({ architecture, loader, libraries }: Target, libc: Libc, rootfs: string): void {
  const triplet = triplets[architecture];
  const loaderName = loader.slice(loader.lastIndexOf("/") + 1);
  // The usual place is a link out of /lib64; the file itself is beside the libraries, since trixie below /usr.
  const from = ["lib", "usr/lib"].map((lib) => join(libc.folder, lib, triplet));
  const place = (name: string, to: string) => {
    const source = from.map((folder) => join(folder, name)).find((path) => Bun.file(path).size > 0);
    if (source === undefined) throw new Error(`Cannot make the image: libc6 ${libc.version} has no ${name}`);
    mkdirSync(dirname(join(rootfs, to)), { recursive: true });
    copyFileSync(realpathSync(source), join(rootfs, to));
    chmodSync(join(rootfs, to), 0o755);
  };
  place(loaderName, loader);
  for (const name of libraries) place(name, `/lib/${triplet}/${name}`);
}
