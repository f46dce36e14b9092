import { readFileSync, statSync } from "node:fs";
import type { Exporter } from "#telemetry/otlp/sender.ts";
import { isPem } from "#telemetry/otlp/variables.ts";

interface Closable {
  shutdown(): Promise<void>;
}

type PayloadOf<E> = E extends Exporter<infer P> ? P : never;

/** An exporter that is made anew when the certificates and keys that it was made with have changed. */
export interface Renewed<E> extends Exporter<PayloadOf<E>>, Closable {
  current(): E;
}

/**
 * Certificates are replaced long before a pod is: by cert-manager every few weeks, by a service mesh every few hours. The
 * exporters read them once, and a connection that is made with an old one is refused. Files that cannot be read, or hold
 * no PEM, are about to be written; until they are, the exporter of before is as good as any.
 */
export function createRenewed<E extends Exporter<never> & Closable>(
  files: readonly string[],
  make: () => E,
): Renewed<E> {
  let exporter = make();
  let version = versionOf(files);

  function renew(): void {
    const found = versionOf(files);
    if (found === null || found === version || !files.every(holdsPem)) return;
    version = found;
    // It waits for what is on its way.
    void exporter.shutdown().catch(() => {});
    exporter = make();
  }

  return {
    current: () => exporter,
    export(payload, done) {
      if (files.length > 0) renew();
      exporter.export(payload as never, done);
    },
    shutdown: () => exporter.shutdown(),
  };
}

/** Changes whenever a file is written or replaced; null: one is missing. */
function versionOf(files: readonly string[]): string | null {
  try {
    return files
      .map((file) => ((stat) => `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs}`)(statSync(file)))
      .join();
  } catch {
    return null;
  }
}

function holdsPem(file: string): boolean {
  try {
    return isPem(readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}
