import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** An authority of the test's own and what it signs, made by openssl(1). */
export interface Authority {
  readonly folder: string;
  readonly ca: string;
  /** The paths of the files. */
  issue(name: string): Pair;
  [Symbol.dispose](): void;
}

export function createAuthority(): Authority {
  const folder = mkdtempSync("/tmp/sexton-certs-");
  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) => {
    const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    if (exitCode !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}`);
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const ca = at("ca.crt");
  openssl("req", "-x509", ...newKey, "-keyout", at("ca.key"), "-out", ca, "-days", "2", "-subj", "/CN=test authority");
  writeFileSync(at("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  return {
    folder,
    ca,
    issue(name) {
      const [cert, key, request] = [at(`${name}.crt`), at(`${name}.key`), at(`${name}.csr`)];
      openssl("req", ...newKey, "-keyout", key, "-out", request, "-subj", `/CN=${name}`);
      const signed = ["-CA", ca, "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("names")];
      openssl("x509", "-req", "-in", request, "-out", cert, "-days", "2", ...signed);
      return { cert, key };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
