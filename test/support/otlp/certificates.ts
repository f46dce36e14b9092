import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Identity {
  /** PEM, and the files that hold the same. */
  readonly certificate: string;
  readonly key: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** An authority with what it signs: made anew in each run, valid for a day, for 127.0.0.1 and localhost. */
export interface Authority extends Identity {
  sign(name: string): Identity;
  /** Takes all its files away. */
  remove(): void;
}

function openssl(...args: readonly string[]): void {
  const { success, stderr } = Bun.spawnSync(["openssl", ...args], { stdout: "ignore", stderr: "pipe" });
  if (!success) throw new Error(`openssl ${args[0]} failed: ${stderr}`);
}

export function createAuthority(name: string): Authority {
  const folder = mkdtempSync(join(tmpdir(), "sexton-certificates-"));
  const files = (one: string) => ({
    certificateFile: join(folder, `${one}.crt`),
    keyFile: join(folder, `${one}.key`),
  });
  const identity = (one: string): Identity => {
    const { certificateFile, keyFile } = files(one);
    return {
      certificateFile,
      keyFile,
      certificate: readFileSync(certificateFile, "utf8"),
      key: readFileSync(keyFile, "utf8"),
    };
  };
  const own = files("authority");
  const fresh = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const subject = ["-subj", `/CN=${name}`];
  openssl("req", "-x509", ...fresh, "-days", "1", ...subject, "-keyout", own.keyFile, "-out", own.certificateFile);
  return {
    ...identity("authority"),
    remove: () => rmSync(folder, { recursive: true }),
    sign(one) {
      const { certificateFile, keyFile } = files(one);
      const request = join(folder, `${one}.csr`);
      const extensions = join(folder, `${one}.ext`);
      writeFileSync(extensions, "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
      openssl("req", "-new", ...fresh, "-subj", `/CN=${one}`, "-keyout", keyFile, "-out", request);
      const issuer = ["-CA", own.certificateFile, "-CAkey", own.keyFile, "-CAcreateserial"];
      const made = ["-days", "1", "-extfile", extensions, "-in", request, "-out", certificateFile];
      openssl("x509", "-req", ...issuer, ...made);
      return identity(one);
    },
  };
}
