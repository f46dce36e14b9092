import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from "kubernetes-models/admissionregistration.k8s.io/v1";
import { DaemonSet, Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import { Job } from "kubernetes-models/batch/v1";
import { ConfigMap, Pod } from "kubernetes-models/v1";
import { attempt } from "../../support/pod/command.ts";
import type { KubernetesObject } from "../../support/pod/manifests.ts";

const top = join(import.meta.dir, "../../..");

// The kinds that k8s/ uses. A new one has to be added here, which is how it comes to be validated.
const kinds: Readonly<Record<string, new (object: never) => { validate(): void }>> = {
  "admissionregistration.k8s.io/v1 MutatingAdmissionPolicy": MutatingAdmissionPolicy,
  "admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding": MutatingAdmissionPolicyBinding,
  "apps/v1 DaemonSet": DaemonSet,
  "apps/v1 Deployment": Deployment,
  "apps/v1 StatefulSet": StatefulSet,
  "batch/v1 Job": Job,
  "v1 ConfigMap": ConfigMap,
  "v1 Pod": Pod,
};

/** Throws where a value is not of its type, or a field is missing. Fields that do not exist pass: see typeErrors(). */
export function validate(object: KubernetesObject): void {
  const Kind = kinds[`${object.apiVersion} ${object.kind}`];
  if (Kind === undefined) throw new Error(`Cannot validate ${object.apiVersion} ${object.kind}: not in the list`);
  new Kind(object as never).validate();
}

export type Typed = { readonly from: string; readonly type: string; readonly object: object };

export function typed(object: KubernetesObject): Typed {
  return { from: `kubernetes-models/${object.apiVersion}`, type: object.kind, object };
}

/**
 * What tsc says of objects typed as Kubernetes types: unlike the schemas it refuses fields that do not exist. A line each,
 * which begins with the number of the object. One run for all, since most of its time is its start.
 */
export async function typeErrors(objects: readonly Typed[]): Promise<string[]> {
  // Inside the project, so that the types are found as from any other file of it.
  const folder = mkdtempSync(join(top, "node_modules", ".manifests-"));
  try {
    const statements = objects.map(({ from, type, object }, index) => {
      return `export const o${index}: import("${from}").I${type} = ${JSON.stringify(object)};`;
    });
    writeFileSync(join(folder, "check.ts"), statements.join("\n"));
    const options = [
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--ignoreConfig",
      "--module",
      "Preserve",
      "--pretty",
      "false",
    ];
    const tsc = [process.execPath, join(top, "node_modules/typescript/bin/tsc")];
    const { exitCode, stdout } = await attempt([...tsc, ...options, join(folder, "check.ts")]);
    if (exitCode === 0) return [];
    // …/check.ts(3,17): error TS2353: Object literal may only …
    const errors = [...stdout.matchAll(/check\.ts\((\d+),\d+\): (.*)$/gm)];
    if (errors.length === 0) throw new Error(`Cannot check types: ${stdout}`);
    return errors.map(([, line, text]) => `${Number(line) - 1}: ${text}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
