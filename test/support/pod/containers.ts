import type { IContainer, IPodSpec } from "kubernetes-models/v1";
import { type ActorProgram, actorImage, nginxImage, nginxUid } from "./images.ts";

const locked = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** nginx as UID 101 with a read-only root, as in k8s/sidecar.yaml; it needs the volume "tmp". */
export async function nginxContainer(): Promise<IContainer> {
  return {
    name: "nginx",
    image: await nginxImage(),
    securityContext: { ...locked, runAsUser: nginxUid, runAsGroup: nginxUid },
    volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
  };
}

export const nginxVolumes: NonNullable<IPodSpec["volumes"]> = [{ name: "tmp", emptyDir: {} }];

/** A container that is one small program, with the UID of the profile "signal" unless told otherwise. */
export async function actorContainer(name: string, program: ActorProgram, uid = nginxUid): Promise<IContainer> {
  return {
    name,
    image: await actorImage(program),
    securityContext: { ...locked, runAsUser: uid, runAsGroup: uid },
  };
}
