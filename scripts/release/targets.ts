/** A system that sexton is released for. */
export interface Target {
  /** As `sexton version` and the file names have it. */
  readonly name: string;
  /** As OCI images and Debian name it. */
  readonly architecture: "amd64" | "arm64";
  readonly libc: "glibc" | "musl";
  /** Bun's runtime in the npm registry: bun.lock has its hash. */
  readonly runtime: string;
  /** PT_INTERP of the binary. */
  readonly loader: string;
  /** What the loader is to find besides; of Bun 1.4.5. */
  readonly libraries: readonly string[];
}

const glibc = { libc: "glibc", libraries: ["libc.so.6", "libpthread.so.0", "libdl.so.2", "libm.so.6"] } as const;

// Bun's `-baseline` for x64 CPUs without AVX2 is, since 1.4, the same file as the one without that name.
export const targets: readonly Target[] = [
  {
    name: "linux-x64",
    architecture: "amd64",
    runtime: "@oven/bun-linux-x64",
    loader: "/lib64/ld-linux-x86-64.so.2",
    ...glibc,
  },
  {
    name: "linux-arm64",
    architecture: "arm64",
    runtime: "@oven/bun-linux-aarch64",
    loader: "/lib/ld-linux-aarch64.so.1",
    ...glibc,
  },
  {
    name: "linux-x64-musl",
    architecture: "amd64",
    libc: "musl",
    runtime: "@oven/bun-linux-x64-musl",
    loader: "/lib/ld-musl-x86_64.so.1",
    libraries: ["libstdc++.so.6", "libc.musl-x86_64.so.1"],
  },
  {
    name: "linux-arm64-musl",
    architecture: "arm64",
    libc: "musl",
    runtime: "@oven/bun-linux-aarch64-musl",
    loader: "/lib/ld-musl-aarch64.so.1",
    libraries: ["libstdc++.so.6", "libc.musl-aarch64.so.1"],
  },
];
