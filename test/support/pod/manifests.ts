import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";

/** An object of a manifest: what is known of it before it is validated. */
export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string };
};

const folder = join(import.meta.dir, "../../../k8s");

/** Every manifest of k8s/, by file name. */
export function manifests(): ReadonlyMap<string, readonly KubernetesObject[]> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return new Map(files.map((name) => [name, objectsOf(readFileSync(join(folder, name), "utf8"))]));
}

function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    return document.toJS();
  });
}

/** The securityContext of each profile, out of k8s/README.md itself: the text that people copy is what is tested. */
export function profiles(): ReadonlyMap<string, object> {
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const sections = readme.matchAll(/^### (\S+)\n[\s\S]*?```yaml\n([\s\S]*?)```/gm);
  return new Map([...sections].map(([, name = "", yaml = ""]) => [name, parse(yaml)]));
}
