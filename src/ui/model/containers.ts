import type { Process } from "#ui/api/answers.ts";
import { text } from "#ui/model/format.ts";

/** As every answer has it. */
type Of = Pick<Process, "role"> & {
  readonly container: Pick<NonNullable<Process["container"]>, "id" | "name" | "pod"> | null;
};

/** What the processes of one container have in common; those of none go by their role. */
export function containerKey({ container, role }: Of): string {
  return container?.id ?? container?.name ?? role;
}

const roleNames = { pause: "pause", self: "sexton", init: "sexton init", app: "app", other: "no container" } as const;

/** With its pod, where there are several. */
export function containerName({ container, role }: Of): string {
  const name = container?.name ?? container?.id?.slice(0, 12) ?? roleNames[role];
  return text(container?.pod?.name ? `${container.pod.name}/${name}` : name);
}

/** Apps come first, because they are what one looks for. */
export const roleOrder = ["app", "init", "other", "self", "pause"] as const;
