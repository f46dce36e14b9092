import type { Disposition } from "#process/disposition.ts";

/* The answer of GET /doctor, as every reader of it knows it. */

export interface DiagnosisFinding {
  readonly id: string;
  readonly severity: "error" | "warning" | "info";
  readonly title: string;
  readonly seen: string;
  readonly why: string;
  /** A sentence; lines after it are YAML or a command. */
  readonly fix: string;
  readonly container: string | null;
  readonly process: string | null;
}

export interface DiagnosisCapability {
  readonly name: string;
  readonly available: boolean | null;
  readonly how: string;
  readonly detail: string;
}

/** One user of a container, by the process that was tried. */
export interface DiagnosisUser {
  readonly uid: number | null;
  readonly gid: number | null;
  readonly processes: number;
  readonly tried: number;
  readonly readable: Readonly<Record<"exe" | "environ" | "fds" | "attach", boolean | null>>;
  readonly maySignal: boolean | null;
}

export interface DiagnosisContainer {
  readonly id: string | null;
  readonly name: string | null;
  readonly role: string;
  readonly processes: number;
  readonly main: { readonly pid: number; readonly id: string; readonly name: string } | null;
  readonly users: readonly DiagnosisUser[];
  readonly subPaths: readonly { readonly mountPoint: string; readonly stale: boolean }[];
}

/** An app's main process, or a target. */
export interface DiagnosisApp {
  readonly name: string;
  readonly pid: number;
  readonly id: string;
  readonly container: string | null;
  readonly profile: string | null;
  readonly terminate: Disposition | null;
  readonly reload: { readonly signal: string; readonly disposition: Disposition } | null;
}

export interface Diagnosis {
  readonly findings: readonly DiagnosisFinding[];
  readonly place: string;
  readonly containers: readonly DiagnosisContainer[];
  readonly apps: readonly DiagnosisApp[];
  readonly capabilities: readonly DiagnosisCapability[];
}
