import { isHarmless, mask, secretName } from "#process/redact-names.ts";

/** Credentials that are told by their looks, whatever stands before them: the prefixes that their issuers document. */
const shapes = new RegExp(
  [
    String.raw`\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b`, // AWS, IAM identifiers
    String.raw`\bgh[pousr]_[A-Za-z0-9]{20,}`, // GitHub
    String.raw`\bgithub_pat_\w{20,}`,
    String.raw`\bgl(?:pat|dt|rt|cbt|ptt|soat|ft)-[\w-]{16,}`, // GitLab
    String.raw`\bxox[abeoprs]-[\w-]{10,}|\bxapp-[\w-]{10,}`, // Slack
    String.raw`\b[srp]k_(?:live|test)_\w{10,}|\bwhsec_[\w+/=]{10,}`, // Stripe
    String.raw`\bAIza[\w-]{30,}|\bya29\.[\w-]{10,}|\bGOCSPX-[\w-]{20,}`, // Google
    String.raw`\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{16,}|\bdop_v1_\w{20,}|\bdckr_pat_[\w-]{16,}`,
    String.raw`\bhv[sbr]\.[\w-]{16,}|\bSG\.[\w-]{10,}\.[\w-]{10,}|\bshp(?:at|ca|pa|ss)_\w{20,}`, // Vault, SendGrid, Shopify
    String.raw`\bsk-(?:ant-|proj-)?[\w-]{20,}|\bhf_[A-Za-z0-9]{20,}|\bglc_[\w+/=]{20,}|\bglsa_\w{20,}`,
    String.raw`\beyJ[\w-]{5,1024}\.eyJ[\w-]{5,}(?:\.[\w-]*)?`, // JSON Web Tokens, RFC 7519
    String.raw`\bATATT3x[\w=-]{20,}|\bdapi[0-9a-f]{32}\b|\bNRAK-[A-Z0-9]{20,}|\bfigd_[\w-]{20,}`, // Atlassian, Databricks, New Relic
    String.raw`\bPMAK-[0-9a-f]{20,}(?:-[0-9a-f]+)?|\blin_api_\w{20,}|\btskey-[\w-]{10,}|\bAGE-SECRET-KEY-1[A-Z0-9]{20,}`,
    String.raw`(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/]{20,}|(?<=\/api\/webhooks\/\d{10,24}\/)[\w-]{20,}`,
    String.raw`(?<!\d)\d{8,12}:AA[\w-]{30,}`, // Telegram
    String.raw`-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)`,
  ].join("|"),
  "g",
);

/** Up to the quote that closes it, or the end: `Authorization: Bearer …` in one argument, or inside of a script. */
const header =
  /(["']?)(?:\b|(?<=^-H))((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,40}?(?:key|token|secret|auth|signature)[\w-]{0,40}|api-key|apikey|private-token|job-token|deploy-token)\s*:\s*([^"'\r\n]+)/gi;

/** Of `scheme://user:password@host`: RFC 3986 3.2.1. */
const userinfo = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/?#@:"']*)(?::([^\s/?#"']*))?@/gi;
/** All that stands before what Go's driver for MySQL has for an address, or before a host: from its begin, so that it is read once. */
const beforeHost = /(?<![^\s@/"'])[^\s@/"']+@(?=(?:tcp|unix|udp)\(|[\w-]+(?:\.[\w-]+)*(?::\d+)?(?:\/|$|[\s"']))/gi;
/** A user and a password in it: all of it where a word begins, or what follows an `=`. */
const login = /(^|=)([\w.+-]+):(?=[^@])/;
const assignedLogin = /(=)([\w.+-]+):(?=[^@])/;
const property = /(?<![\w.-])(["']?)([A-Za-z_][\w.-]*)\1(\s*:\s*)("(?:[^"\\]|\\.)*"|'[^']*')/g;
/** YAML in one argument, `--objstore.config=secret_key: SECRET`, and settings as files have them: `PrivateKey = SECRET`. */
const setting =
  /(?<![\w.-])([A-Za-z_][\w.-]*)(:[ \t]{1,8}|[ \t]{1,8}=[ \t]{1,8})("(?:[^"\\]|\\.)*"|'[^']*'|\$\{\w+\}|[^\s"',;{}[\]&|()]+)/g;
/** JSON within JSON: each level doubles the backslashes, so five levels of it. */
const escaped = /(\\{1,31}["'])([A-Za-z_][\w.-]*)(\1\s*:\s*\1)([^"'\\]+)(?=\1)/g;
const assignment = /(?<![\w.-])([A-Za-z_][\w.-]*)=("(?:[^"\\]|\\.)*"|'[^']*'|[^\s;&"']+)/g;

/** A user's name that is no name but a token, as `https://TOKEN@host` has it. */
const longestUser = 20;

/** Masks what looks like a credential anywhere in a text. */
export function maskShapes(text: string): string {
  const masked = text
    .replace(shapes, mask)
    .replace(header, (whole, quote: string, name: string, value: string) => {
      return /^\s*(\$\{?\w+\}?|\*+)\s*$/.test(value) ? whole : `${quote}${name}: ${mask}`;
    })
    .replace(userinfo, (whole, scheme: string, user: string, password: string | undefined) => {
      if (password === undefined) return user.length > longestUser ? `${scheme}${mask}@` : whole;
      return password === "" || isHarmless(password, "password") ? whole : `${scheme}${user}:${mask}@`;
    })
    .replace(beforeHost, (whole, at: number, all: string) => {
      const found = (/^[@/]/.test(all.slice(at - 1, at)) ? assignedLogin : login).exec(whole);
      if (!found || isDigest(all, at + whole.length)) return whole;
      const from = found.index + found[0].length;
      return isHarmless(whole.slice(from, -1), "password") ? whole : `${whole.slice(0, from)}${mask}@`;
    })
    .replace(property, (whole, quote: string, name: string, colon: string, value: string) => {
      const kind = secretName(name);
      return kind === null || isHarmless(value, kind) ? whole : `${quote}${name}${quote}${colon}${quoted(value)}`;
    })
    .replace(escaped, (whole, quote: string, name: string, between: string, value: string) => {
      const kind = secretName(name);
      return kind === null || isHarmless(value, kind) ? whole : `${quote}${name}${between}${mask}`;
    })
    .replace(setting, (whole, name: string, between: string, value: string) => {
      const kind = secretName(name);
      return kind === null || isHarmless(value, kind) ? whole : `${name}${between}${quoted(value)}`;
    });
  return maskAssignments(masked);
}

/** `a=1,b.password=…` and `env=TOKEN=…`: what is not one itself may hold one. */
const deepest = 8;

function maskAssignments(text: string, depth = 0): string {
  return text.replace(assignment, (whole, name: string, value: string) => {
    const kind = secretName(name);
    if (kind === null) return depth < deepest ? `${name}=${maskAssignments(value, depth + 1)}` : whole;
    return isHarmless(value, kind) ? whole : `${name}=${quoted(value)}`;
  });
}

/** `image:tag@sha256:…` */
function isDigest(text: string, at: number): boolean {
  return /^sha(256|512)/.test(text.slice(at, at + 6));
}

function quoted(value: string): string {
  const quote = /^["']/.exec(value)?.[0] ?? "";
  return `${quote}${mask}${quote}`;
}
