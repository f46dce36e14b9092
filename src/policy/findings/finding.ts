import { type ContainerRef, containerLabel } from "#process/container.ts";
import { formatId } from "#process/identity.ts";
import type { Process } from "#process/process.ts";

/** What each kind of finding is called, for good: who filters or silences by it must not break. docs/doctor.md has them all. */
export const findingIds = [
  "namespace-not-shared",
  "processes-hidden",
  "no-app",
  "target-unresolved",
  "container-unnamed",
  "pods-unnamed",
  "proc-incomplete",
  "signals-denied",
  "reading-denied",
  "sigterm-ignored",
  "sigterm-default",
  "shell-before-app",
  "reload-unhandled",
  "watch-cannot-reload",
  "watch-blind",
  "content-rejected",
  "reload-failed",
  "old-workers",
  "sub-path-mount",
  "inotify-exhausted",
  "inotify-low",
  "zombies-left",
  "pids-low",
  "reduced-mode",
  "exits-polled",
  "processes-swept",
  "memory-low",
  "listener-open",
  "listener-plain",
  "credentials-unread",
  "sidecar-placement",
  "telemetry-lost",
] as const;
export type FindingId = (typeof findingIds)[number];

/** `error`: what sexton is there for does not work · `warning`: something will go wrong · `info`: good to know. */
export const severities = ["error", "warning", "info"] as const;
export type Severity = (typeof severities)[number];

/** Something that a person should know, with what mends it. */
export interface Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  readonly title: string;
  readonly seen: string;
  readonly why: string;
  /** A sentence; where lines follow, they are YAML or a command, to be taken as they are. */
  readonly fix: string;
  /** Its name, or the start of its id; null or absent: it is about none in particular. */
  readonly container?: string | null;
  /** `17-49123` */
  readonly process?: string | null;
}

/** What a container is called in a sentence and in a finding; null: there is nothing to call it by. */
export function containerName(container: ContainerRef | null): string | null {
  return containerLabel(container);
}

/** The fields of a finding that say who it is about. */
export function about(process: Pick<Process, "pid" | "startTicks" | "container">) {
  return { container: containerName(process.container), process: formatId(process) };
}

/** A name or a path as YAML has it: apps call themselves as they like. */
export function yamlWord(text: string): string {
  return /^[A-Za-z/][A-Za-z0-9_./-]*$/.test(text) ? text : JSON.stringify(text);
}

/** A fix in a sentence and the lines that it speaks of. */
export function withLines(sentence: string, lines: string): string {
  return `${sentence}\n${lines}`;
}
