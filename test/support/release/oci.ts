import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../pod/command.ts";

// biome-ignore lint/suspicious/noExplicitAny: what a document holds is what a test is about to find out.
type Json = Record<string, any>;

export interface Image {
  readonly architecture: string;
  /** The image's configuration: user, labels, history. */
  readonly config: Json;
  /** The one layer's files, unpacked. */
  readonly rootfs: string;
}

/** The images of an OCI archive, each unpacked below `folder`. */
export async function readImages(archive: string, folder: string): Promise<Image[]> {
  const layout = join(folder, "layout");
  mkdirSync(layout, { recursive: true });
  await run(["tar", "-C", layout, "-xf", archive]);
  const blob = (digest: string) => join(layout, "blobs", digest.replace(":", "/"));
  const json = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Json;
  const [entry] = json(join(layout, "index.json"))["manifests"];
  const images = (json(blob(entry.digest))["manifests"] as Json[]).map(async ({ digest, platform }) => {
    const manifest = json(blob(digest));
    const rootfs = join(folder, `rootfs-${platform.architecture}`);
    mkdirSync(rootfs);
    for (const layer of manifest["layers"]) await run(["tar", "-C", rootfs, "-xzf", blob(layer.digest)]);
    return { architecture: platform.architecture, config: json(blob(manifest["config"].digest)), rootfs };
  });
  return Promise.all(images);
}
