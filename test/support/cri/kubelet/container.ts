import type { IContainer } from "kubernetes-models/v1";
import { type Finished, until } from "../../pod/command.ts";
import { imageUser } from "../images.ts";
import type { Cri } from "../service.ts";
import { environmentOf } from "./environment.ts";
import { labelsOf } from "./identity.ts";
import { logPath } from "./logs.ts";
import { resourcesOf } from "./resources.ts";
import type { Sandbox } from "./sandbox.ts";
import { securityOf } from "./security.ts";
import { mountsOf } from "./volumes.ts";

/** A container as the runtime tells of it; times in nanoseconds since 1970, 0 for what has not happened. */
export interface ContainerState {
  readonly id: string;
  readonly state: "CONTAINER_CREATED" | "CONTAINER_RUNNING" | "CONTAINER_EXITED" | "CONTAINER_UNKNOWN";
  readonly exit_code: number;
  readonly started_at: number;
  readonly finished_at: number;
}

/** Creates and starts it; its id. */
export async function startContainer(
  cri: Cri,
  sandbox: Sandbox,
  container: IContainer,
  attempt: number,
): Promise<string> {
  const { spec, identity, folder } = sandbox;
  const tag = container.image ?? "";
  const config = {
    metadata: { name: container.name, attempt },
    image: { image: tag },
    command: container.command ?? [],
    args: container.args ?? [],
    working_dir: container.workingDir ?? "",
    envs: environmentOf(container, identity, sandbox.ip),
    mounts: mountsOf(spec, container, folder, sandbox.volumes),
    labels: { ...labelsOf(identity), "io.kubernetes.container.name": container.name },
    annotations: { "io.kubernetes.container.terminationMessagePath": "/dev/termination-log" },
    log_path: logPath(container.name, attempt),
    linux: {
      resources: resourcesOf(container),
      security_context: securityOf(spec, container, await imageUser(cri, tag)),
    },
  };
  const request = { pod_sandbox_id: sandbox.id, config, sandbox_config: sandbox.config };
  const { container_id } = await cri.runtime<{ container_id: string }>("CreateContainer", request);
  await cri.runtime("StartContainer", { container_id });
  return container_id;
}

/** With its pid on the node, 0 once it has ended. */
export async function containerState(cri: Cri, id: string): Promise<ContainerState & { readonly pid: number }> {
  const request = { container_id: id, verbose: true };
  const { status, info } = await cri.runtime<{ status: ContainerState; info: Info }>("ContainerStatus", request);
  return { ...status, pid: verbose<{ pid: number }>(info).pid };
}

export function ended(cri: Cri, id: string, deadlineMs = 30_000): Promise<ContainerState> {
  return until(
    `container ${id} to end`,
    async () => {
      const found = await containerState(cri, id);
      return found.state === "CONTAINER_EXITED" ? found : undefined;
    },
    deadlineMs,
  );
}

interface ExecAnswer {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly exit_code: number;
}

export async function execIn(cri: Cri, container_id: string, cmd: readonly string[]): Promise<Finished> {
  const answer = await cri.runtime<ExecAnswer>("ExecSync", { container_id, cmd, timeout: 20 });
  return { exitCode: answer.exit_code, stdout: answer.stdout.toString(), stderr: answer.stderr.toString() };
}

export type Info = readonly { readonly key: string; readonly value: string }[];

/** What containerd tells of itself, beside what the CRI has fields for. */
export function verbose<T>(info: Info): T {
  return JSON.parse(info.find(({ key }) => key === "info")?.value ?? "{}");
}
