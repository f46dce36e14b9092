import { version as packageVersion } from "../../package.json" with { type: "json" };

// scripts/build.ts puts both into the binary. From its sources sexton runs without them.
declare const SEXTON_REVISION: string | null | undefined;
declare const SEXTON_TARGET: string | undefined;

export interface Build {
  readonly version: string;
  /** The commit that it was built from, with `-dirty` where files of the build differed from it; null: not known. */
  readonly revision: string | null;
  /** What it was built for, `linux-arm64-musl`; null: it was not built. */
  readonly target: string | null;
}

export const version: string = packageVersion;
export const build: Build = {
  version,
  revision: typeof SEXTON_REVISION === "string" ? SEXTON_REVISION : null,
  target: typeof SEXTON_TARGET === "string" ? SEXTON_TARGET : null,
};
