import { flagsOf } from "#process/redact-flags.ts";
import { isHarmless, mask, type SecretName, secretName } from "#process/redact-names.ts";
import { maskShapes } from "#process/redact-shapes.ts";

/** Without one of these nothing is a credential; most command lines end here. */
const suspicious =
  /pass|pwd|pw\b|psk|otp\b|secret|token|key|auth|cred|bearer|cookie|jwt|sig|@|\/p:|AKIA|ASIA|AROA|AIDA|gh[pousr]_|github_pat|gl\w{2,4}-|xox|xapp-|k_live|k_test|AIza|ya29|GOCSPX|npm_|pypi-|dop_v1|dckr_|hv[sbr]\.|SG\.|shp\w\w_|sk-|hf_|gls?[ac]_|eyJ|mysql|maria|mydumper|myloader|xtrabackup|redis-cli|valkey-cli|curl|smbclient|rpcclient|lftp|sqlcmd|bcp|tsql|ipmitool|zip|7z|rdesktop|mongo|ldap|snmp|mosquitto|useradd|usermod|cqlsh|rabbitmqadmin|twine|\bhttps?\b(?!:)|httpie|jenkins|etcdctl|\bnet\b|isql|rar\b|openssl|ss-|sslocal|ssserver|nodetool|plink|pscp|psftp|influx|hooks\.slack|webhooks|\d:AA|ATATT|dapi|NRAK|figd_|PMAK|lin_api|docker|podman|nerdctl|buildah|skopeo|helm|oras|crane|\baz\b|\boc\b/i;

/**
 * The arguments with `***` for what looks like a credential: the same array where there is none. It is a guess by names and
 * looks, and misses what has neither; what it takes for one stays what it was for all that sexton decides.
 */
export function redactArgs(args: readonly string[]): readonly string[] {
  if (!args.some((arg) => suspicious.test(arg))) return args;
  const masked = maskWords(args, 0);
  return masked.some((arg, index) => arg !== args[index]) ? masked : args;
}

/** A script in an argument may have one in one of its own. */
const deepest = 3;

function maskWords(words: readonly string[], depth: number): string[] {
  let program = "";
  let awaited: SecretName = null;
  let separator: string | null = null;
  let isScript = false;
  let isAuth = false;
  const seen: string[] = [];
  const present = new Set(words);
  const masked = words.map((word) => {
    const flags = flagsHere(program, present);
    const expected = awaited;
    const userBefore = separator;
    const isCode = isScript;
    const isLogin = isAuth;
    awaited = null;
    separator = null;
    isAuth = false;
    isScript = /^-[a-z]*c$/.test(word);
    if (expected !== null && !/^--?[a-z]/i.test(word)) return isHarmless(word, expected) ? word : keepQuotes(word);
    if (userBefore !== null) return maskAfter(word, userBefore);
    if (isLogin && login.test(word)) return maskAfter(word, ":");
    const base = baseOf(word);
    if (Object.hasOwn(flagsOf, base) && base !== program && !word.startsWith("-")) {
      program = base;
      seen.length = 0;
      return word;
    }
    if (!word.startsWith("-")) seen.push(word);
    if (flags?.separate?.includes(word)) {
      awaited = "password";
      return word;
    }
    for (const user of flags?.user ?? []) {
      if (user.flags.some((flag) => endsAs(word, flag))) {
        separator = user.separator;
        return word;
      }
      const flag = user.flags.find((known) => word.startsWith(known) && word.length > known.length);
      if (flag === undefined) continue;
      const from = flag.length + (word[flag.length] === "=" ? 1 : 0);
      return `${word.slice(0, from)}${maskAfter(word.slice(from), user.separator)}`;
    }
    const attached = flags?.attached?.find((flag) => word.startsWith(flag) && word.length > flag.length);
    if (attached) return isHarmless(word.slice(attached.length), "password") ? word : `${attached}${mask}`;
    const [, dashes, flag] = /^["'([{]*(--?)([A-Za-z][\w.-]*)["',]*$/.exec(word) ?? [];
    if (flag !== undefined && (dashes === "--" || flag.length > 2)) {
      awaited = secretName(flag);
      isAuth = authFlag.test(flag);
      return word;
    }
    return maskWord(word, depth, isCode);
  });
  const last = masked.length - 1;
  const lastIf = flagsOf[program]?.lastIf;
  const isAsked = (letter: string) => words.some((word) => /^-[a-zA-Z]+$/.test(word) && word.includes(letter));
  if (lastIf !== undefined && isAsked(lastIf) && seen.length > (isAsked("n") ? 1 : 2)) masked[last] = mask;
  return masked;
}

/** `--auth`, `--basic-auth`, `--web.auth`, which take a user and a password as often as the name of a way. */
const authFlag = /(^|[-_.])(basic)?auth$/i;
/** Neither a URL nor an address with a port. */
const login = /^["']?[^\s:/"']+:(?!\d{1,5}$)[^\s/]+$/;

/** `-u`, and `-su` of a program whose short flags may stand together. */
function endsAs(word: string, flag: string): boolean {
  return word === flag || (flag.length === 2 && /^-[A-Za-z]{2,8}$/.test(word) && word.endsWith(flag.slice(1)));
}

function flagsHere(program: string, present: ReadonlySet<string>) {
  const flags = flagsOf[program];
  return flags?.onlyWith === undefined || present.has(flags.onlyWith) ? flags : undefined;
}

/** `pw=x`, `/p:x`: nothing shorter is masked, and a line may have thousands of such words. */
const shortest = 4;

function maskWord(word: string, depth: number, isCode: boolean): string {
  if (word.length < shortest) return word;
  const assigned = /^(-{0,2}(?:D(?=[\w.]+=))?([A-Za-z_][\w.:-]*)=)(.+)$/s.exec(word);
  if (assigned && !(isCode && /\s/.test(word))) {
    const [, before = "", name = "", value = ""] = assigned;
    const kind = secretName(name);
    if (kind !== null) return isHarmless(value, kind) ? word : `${before}${mask}`;
    if (authFlag.test(name) && login.test(value)) return `${before}${maskAfter(value, ":")}`;
  }
  const passed = /^(pass:)(.+)$/.exec(word);
  if (passed) return `${passed[1]}${mask}`;
  const slashed = /^(\/(?:p|pass|password|pw):)(.+)$/i.exec(word);
  if (slashed) return `${slashed[1]}${mask}`;
  const text = maskShapes(word);
  if (!/\s/.test(text) || depth >= deepest) return text;
  // A script or a title: its words by the same rules, with what stands between them as it is.
  const parts = text.split(/(\s+)/);
  const inner = maskWords(
    parts.filter((_, index) => index % 2 === 0),
    depth + 1,
  );
  return parts.map((part, index) => (index % 2 === 0 ? (inner[index / 2] as string) : part)).join("");
}

function maskAfter(word: string, separator: string): string {
  const at = word.indexOf(separator);
  const secret = at < 0 ? "" : word.slice(at + 1);
  if (at < 0 || isHarmless(secret, "password")) return word;
  return `${word.slice(0, at + 1)}${mask}${/["']$/.exec(word)?.[0] ?? ""}`;
}

/** In a script what is masked may be in quotes, or end a command. */
function keepQuotes(word: string): string {
  return `${/^["']/.exec(word)?.[0] ?? ""}${mask}${/(?:["']|(?<![;)|&,}\]]))[;)|&,}\]]*$/.exec(word)?.[0] ?? ""}`;
}

function baseOf(word: string): string {
  return word.slice(word.lastIndexOf("/") + 1).replace(/^["'(`]+/, "");
}
