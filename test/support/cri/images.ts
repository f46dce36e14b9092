import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../pod/command.ts";
import { catatonit, groundFolder, podman } from "../pod/ground.ts";
import { image } from "../pod/rootfs.ts";
import { containerdEnv, program } from "./ground.ts";
import type { User } from "./kubelet/security.ts";
import type { Cri } from "./service.ts";

/** What is pid 1 of a pod: it does nothing but collect orphans. Its name is the one of Kubernetes' own. */
export function pauseImage(): Promise<string> {
  const program = catatonit.find((path) => existsSync(path));
  if (program === undefined) throw new Error("Cannot make the pause image: there is no catatonit");
  return image({ name: "pause", files: { "/pause": program }, changes: ['ENTRYPOINT ["/pause", "-P"]'] });
}

interface Known {
  readonly image: { readonly uid: { value: number } | null; readonly username: string } | null;
}

/** Who an image runs as where the pod does not say. */
export async function imageUser(cri: Cri, tag: string): Promise<User> {
  const { image } = await cri.images<Known>("ImageStatus", { image: { image: tag } });
  if (image === null) throw new Error(`Cannot run ${tag}: containerd does not have it`);
  if (image.uid !== null) return { uid: image.uid.value };
  return image.username === "" ? null : { username: image.username };
}

/** Gives containerd an image of podman's, unless it has it. Nothing is pulled. */
export async function importImage(cri: Cri, socket: string, tag: string): Promise<void> {
  const { image } = await cri.images<Known>("ImageStatus", { image: { image: tag } });
  if (image !== null) return;
  const folder = mkdtempSync(join(groundFolder, "tmp", "image-"));
  try {
    const archive = join(folder, "image.tar");
    await podman("save", "--quiet", "--format", "docker-archive", "--output", archive, tag);
    const ctr = [program("ctr"), "--address", socket, "--namespace", "k8s.io"];
    await run([...ctr, "images", "import", archive], { env: containerdEnv });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await dropOthers(cri, tag);
}

/** What earlier contents left under the same name. */
async function dropOthers(cri: Cri, tag: string): Promise<void> {
  const { images } = await cri.images<{ images: readonly { id: string; repo_tags: readonly string[] }[] }>(
    "ListImages",
  );
  const name = tag.slice(0, tag.lastIndexOf(":") + 1);
  const others = images.flatMap(({ repo_tags }) => repo_tags).filter((each) => each.startsWith(name) && each !== tag);
  for (const other of others) await cri.images("RemoveImage", { image: { image: other } });
}
