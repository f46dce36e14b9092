import { createPrivateKey, X509Certificate } from "node:crypto";

/** What a listener needs for TLS, checked. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  /** Who signs the certificates of clients; null: none is asked for. */
  readonly clientCa: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Of the texts of certFile, keyFile and clientCaFile; throws an error whose message says what is wrong and never quotes.
 * Checked here, since a listener that is given what does not fit goes on with a certificate that nobody can use.
 */
export function readTls([cert = "", key = "", clientCa]: readonly string[]): TlsMaterial {
  const certificate = attempt("certFile holds no certificate as PEM", () => new X509Certificate(cert));
  const privateKey = attempt("keyFile holds no key as PEM, or one with a passphrase", () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) throw new Error("the key is not that of the certificate");
  if (clientCa !== undefined) attempt("clientCaFile holds no certificate as PEM", () => new X509Certificate(clientCa));
  return { cert, key, clientCa: clientCa ?? null, expiresAt: Date.parse(certificate.validTo) };
}

function attempt<T>(sentence: string, action: () => T): T {
  try {
    return action();
  } catch {
    // The cause quotes what it was given.
    throw new Error(sentence);
  }
}

/** SSL_OP_NO_TLSv1 and SSL_OP_NO_TLSv1_1 of openssl/ssl.h: RFC 8996 forbids both. */
const noOldVersions = 0x04000000 | 0x10000000;

/** As Bun.serve takes it. A client without a certificate does not get past the handshake where one is asked for. */
export function tlsOptions({ cert, key, clientCa }: TlsMaterial) {
  const asked = clientCa === null ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return { cert, key, secureOptions: noOldVersions, ...asked };
}
