import type { Apartness } from "#kernel/apart.ts";

/** What the demo asks of the process that makes its pod. */
export interface PodRequest {
  /** Not there yet: the pod makes it and removes it. */
  readonly folder: string;
  /** In the command lines of the demo's programs, so that they can be told from those of another demo. */
  readonly token: string;
  readonly listen: readonly string[];
  readonly apartness: Apartness;
}

/** How a pod exits that has no right to make its namespace: the demo then does without. */
export const noNamespaceCode = 3;

/** The first argument of the binary when it is one of the demo's programs; which one, its name says. */
export const partCommand = "demo-part";

export const partNames = ["pause", "demo-app", "demo-leaker", "demo-job", "mount-proc"] as const;
export type PartName = (typeof partNames)[number];

/** Of the folder: what the app reads, and the watch watches. */
export const configFolder = "conf";
export const appConfig = `${configFolder}/app.json`;
export const socketName = "sexton.sock";
