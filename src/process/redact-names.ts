/** What stands in the place of a credential. */
export const mask = "***";

/** Words that make the name of a flag, variable or property that of a credential, whatever stands before them. */
const secretWords = new Set([
  ...["password", "passwords", "passwd", "passphrase", "passcode", "pass", "pwd", "passwort", "pw", "psk", "otp"],
  ...["secret", "secrets", "token", "credential", "credentials", "cred", "creds", "apikey", "bearer", "jwt"],
  ...["authtoken", "accesstoken", "secretkey", "accesskey", "privatekey", "requirepass", "masterauth", "userpass"],
  ...["pgpassword", "pgpass", "sshpass", "dbpassword", "dbpass", "rootpw", "bindpw", "keypass", "storepass"],
  ...["masterpassword", "authkey", "accountkey", "signature", "sig", "cookie", "authorization"],
]);
/** `key` alone sorts and indexes; with one of these before it, it opens something. */
const keysOf = new Set([
  ...["api", "access", "secret", "private", "encryption", "signing", "master", "account", "auth", "shared", "session"],
  ...["license", "licence", "storage", "subscription", "encrypt", "cipher", "hmac", "service", "ssh", "deploy", "join"],
  ...["app", "application", "admin", "registration", "instrumentation", "write", "ingest", "ingestion", "signature"],
]);
/** What follows the word and says that it is about a credential, not one itself: `--password-file`, `--token-ttl`. */
const aboutIt = new Set([
  ...[
    "file",
    "files",
    "path",
    "dir",
    "directory",
    "folder",
    "url",
    "uri",
    "endpoint",
    "host",
    "port",
    "server",
    "name",
  ],
  ...["names", "namespace", "ttl", "timeout", "expiry", "expiration", "expires", "lifetime", "duration", "interval"],
  ...["length", "size", "bits", "policy", "type", "kind", "id", "env", "header", "prompt", "stdin", "command", "cmd"],
  ...[
    "store",
    "mount",
    "count",
    "limit",
    "min",
    "max",
    "rotation",
    "refresh",
    "enabled",
    "enable",
    "cache",
    "provider",
  ],
  ...["issuer", "audience", "algorithm", "alg", "ref", "version", "field", "source", "required", "check", "prefix"],
  ...[
    "helper",
    "manager",
    "mode",
    "format",
    "encoding",
    "auth",
    "authentication",
    "class",
    "engine",
    "through",
    "phrasefile",
  ],
  ...[
    "fd",
    "location",
    "claim",
    "claims",
    "scope",
    "scopes",
    "method",
    "bucket",
    "rate",
    "budget",
    "usage",
    "map",
    "budgets",
  ],
  ...[
    "review",
    "reviews",
    "webhook",
    "request",
    "requests",
    "reader",
    "writer",
    "plugin",
    "backend",
    "by",
    "only",
    "aliases",
  ],
  ...["volume", "label", "labels", "prefixes", "generator", "strength", "attempts", "retries", "age", "days", "hours"],
]);
/** `sort --key`, `--max-tokens` and what else reads like one. */
const aboutBefore = new Set([
  "no",
  "max",
  "min",
  "num",
  "without",
  "disable",
  "skip",
  "count",
  "public",
  "pub",
  "ask",
  "use",
]);

/** The words of `--dbPassword`, `AWS_SECRET_ACCESS_KEY` and `spring.datasource.password`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

export type SecretName = "password" | "other" | null;

const passwordWords = /^(passw|passp|passc|pass$|pw$)|pass(word)?$/;

/** Whether a value of this name is a credential; a password may be anything, while a key is often the path of a file. */
export function secretName(name: string): SecretName {
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last === undefined || aboutIt.has(last) || (words.length > 1 && aboutBefore.has(words[0] as string))) return null;
  const at = words.findLastIndex((word) => secretWords.has(word) || isTail(word));
  // What follows is a number or a qualifier that nobody has heard of: PASSWORD_2, TOKEN_PROD, SECRET_KEY_BASE.
  if (at >= 0) return passwordWords.test(words[at] as string) ? "password" : "other";
  const key = words.lastIndexOf("key");
  return key > 0 && keysOf.has(words[key - 1] as string) ? "other" : null;
}

/** `DBPASSWORD`, `mytoken`: words that were written as one. */
function isTail(word: string): boolean {
  return /.(password|passwd|passphrase|secret|apikey|authtoken|accesstoken)$/.test(word);
}

/** What is plainly no credential: nothing, a switch, a reference to where it is, or a mask. */
export function isHarmless(value: string, name: SecretName): boolean {
  const bare = value.replace(/^["']|["']$/g, "");
  if (
    /^(|-|true|false|yes|no|on|off|none|null|nil|auto|prompt|ask|stdin|required|optional|\*+|x{3,}|<[^>]*>)$/i.test(
      bare,
    )
  )
    return true;
  if (/^(\$\{?\w+\}?|\$\(.*\)|%\w+%|\{\{.*\}\}|(env|file|fd|vault|secretref|ref):\S*)$/i.test(bare)) return true;
  return (
    name !== "password" && /^(\.{1,2}|~|[\w.-]+)?(\/[\w.@:-]{1,64})+\/?$/.test(bare) && !/^[\w+/=]{40,}$/.test(bare)
  );
}
