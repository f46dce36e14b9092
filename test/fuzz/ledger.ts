import type { Json } from "../support/binary.ts";
import { pathnameOf } from "./check.ts";
import type { Plan } from "./plan.ts";
import { bodyOf, isWhole } from "./wire.ts";

/** Whom a request names, and what it wants to be done to them; null: no signal may follow from it. */
export interface Named {
  readonly pids: ReadonlySet<number>;
  /** Names of targets or processes. */
  readonly names: ReadonlySet<string>;
  readonly signals: ReadonlySet<number>;
  /** What may be done to the parents of zombies. */
  readonly remedies: readonly string[];
}

const usual: Readonly<Record<string, number>> = { reload: 1, terminate: 15, drain: 12 };
const numbers =
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS".split(
    " ",
  );

const nobody: Named = { pids: new Set(), names: new Set(), signals: new Set(), remedies: [] };

/** What each strategy may come to. */
const remediesOf: Readonly<Record<string, readonly string[]>> = {
  auto: ["wait", "nudge"],
  wait: ["wait"],
  nudge: ["nudge"],
  adopt: ["adopt"],
  "terminate-parent": ["terminate-parent"],
};

/** The number that a word stands for, read anew here from signal(7). */
function numberOf(word: string): number | null {
  const text = word.trim();
  const verb = usual[text.toLowerCase()];
  if (verb !== undefined) return verb;
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const name = text.toUpperCase().replace(/^SIG/, "");
  const [, min, up, max, down] = /^RT(?:(MIN)(?:[+ ](\d+))?|(MAX)(?:-(\d+))?)$/.exec(name) ?? [];
  if (min) return 34 + Number(up ?? 0);
  if (max) return 64 - Number(down ?? 0);
  const index = numbers.indexOf(({ CLD: "CHLD", IOT: "ABRT", POLL: "IO" } as Record<string, string>)[name] ?? name);
  return index < 0 ? null : index + 1;
}

/** Reads a request as its sender means it, without any of the code that answers it. */
export function namedBy(plan: Plan, hasTokens: boolean): Named | null {
  const { message, credential, listener } = plan;
  const mayOperate = hasTokens ? credential === "operate" : true;
  const isComplete = isWhole(message) || message.shape === "abandoned" || message.shape === "huge";
  if (!isComplete) return null;
  const segments = pathnameOf(message.path.replace(/#.*$/, "")).split("/").slice(1).map(decode);
  // Who reaches the probes' listener may call a hook, whoever it is.
  if (message.method === "GET" && segments.includes("hooks") && (mayOperate || listener === "probes"))
    return { ...nobody, names: new Set(["master"]), signals: new Set([12]) };
  if (message.method !== "POST" || listener === "probes" || !mayOperate) return null;
  const query = message.query.map(([name, value]) => [decode(name), decode(value ?? "")] as const);
  const said = [...query, ...fieldsOf(bodyOf(message).trim())];
  const values = (...names: string[]) => said.flatMap(([name, value]) => (names.includes(name) ? [String(value)] : []));
  if (values("dryRun").some((value) => ["true", "1", ""].includes(value))) return null;
  const all = segments.flatMap((segment) => segment.split("/")).map((segment) => segment.replace(/;.*$/, ""));
  const bare = bodyOf(message).trim();
  if (all.includes("reap")) {
    const words = [...values("strategy"), bare].filter((word) => word in remediesOf);
    const remedies = (words.length === 0 ? ["auto"] : words).flatMap((word) => remediesOf[word] ?? []);
    return { ...nobody, remedies, signals: new Set(remedies.includes("terminate-parent") ? [15, 9] : []) };
  }
  if (all[0] === "reloads") return { ...nobody, names: new Set(["master"]), signals: new Set([1]) };
  if (!all.includes("signal")) return null;
  const words = [...values("verb", "signal"), bare, ...all.slice(all.indexOf("signal") + 1)];
  const signals = new Set(words.map(numberOf).filter((number) => number !== null));
  const refs = [...values("pid"), ...(all[0] === "processes" ? all.slice(1, 2) : [])];
  const pids = new Set(refs.map((ref) => /^([1-9]\d*)(-\d+)?$/.exec(ref)?.[1]).map(Number));
  const targets = values("target");
  // The one that is configured, where none is named.
  const names = new Set(refs.length === 0 && targets.length === 0 ? ["master"] : targets);
  return { ...nobody, pids, names, signals };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return Buffer.from(text, "latin1").toString();
  }
}

function fieldsOf(body: string): (readonly [string, unknown])[] {
  try {
    const value = JSON.parse(Buffer.from(body, "latin1").toString());
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  } catch {
    // A form, then.
  }
  return [...new URLSearchParams(body)];
}

/** Whether what was done is what the request names. `roleOf`: what the actor of a pid is. */
export function allows(named: Named | null, event: Json, roleOf: (pid: number) => string | undefined): boolean {
  if (!named) return false;
  if (event["type"] === "zombie.remedy") return named.remedies.includes(event["data"].remedy);
  const { pid, name } = event["process"] as { pid: number; name: string };
  if (!named.signals.has(event["data"].number)) return false;
  if (named.remedies.length > 0) return event["data"].remedy === "terminate-parent";
  const role = roleOf(pid);
  return named.pids.has(pid) || named.names.has(name) || (role !== undefined && named.names.has(role));
}
