import { type ContainerRef, containerLabel } from "#process/container.ts";
import type { EventType, RegisterEvent } from "#process/event.ts";
import type { Evidence } from "#process/evidence.ts";
import { type Pod, podLabel } from "#process/pod.ts";
import type { Rejection } from "#process/reload.ts";
import { rejectionText } from "#process/reload-text.ts";

type Facts = RegisterEvent["data"];

/** What an event says beside its type, in words for a person. The text in it is other people's, and not yet printable. */
export function eventText({ type, process, data }: RegisterEvent): string {
  const special = sentences[type]?.(data);
  if (special !== undefined) return special;
  const facts = Object.entries(data).filter(([, value]) => value !== null);
  if (facts.length === 0) return process?.commandLine ?? "";
  return facts.map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`).join(" ");
}

const sentences: Partial<Record<EventType, (data: Facts) => string>> = {
  "process.exited": exitText,
  "container.exited": exitText,
  "signal.sent": ({ signal, verb, disposition }) => `${signal}${verb === null ? "" : ` to ${verb}`} (${disposition})`,
  "signal.refused": ({ detail }) => String(detail),
  "request.refused": ({ method, path, status, kind, detail }) => {
    return typeof detail === "string" ? detail : `${method} ${path}: ${status} ${kind ?? ""}`.trimEnd();
  },
  "hook.started": (data) => `${data["hook"]} (${data["action"]}), called by ${callerText(data)}`,
  "hook.ended": ({ hook, status, detail, durationSeconds }) =>
    `${hook} ${status} after ${durationSeconds} s: ${detail}`,
  "pids.pressure": pressureText,
  "zombie.detected": (data) => `${exitText(data)}, ${data["cause"]} (${parentText(data)}), for ${data["ageSeconds"]} s`,
  "zombie.reaped": (data) =>
    `by ${data["strategy"] ?? data["by"]} (${parentText(data)}), after ${data["ageSeconds"]} s`,
  "zombie.remedy": ({ remedy, outcome, reaped, count, detail }) => {
    return `${remedy}: ${outcome}, ${reaped} of ${count} collected${typeof detail === "string" ? `: ${detail}` : ""}`;
  },
  "config.changed": changeText,
  "config.rejected": (data) => `${watchText(data)}${rejectionText(data as unknown as Rejection)}; the app is not told`,
  "reload.requested": (data) => `${watchText(data)}asked for by ${callerText(data)}`,
  "reload.held": (data) => `${watchText(data)}held for ${data["forSeconds"]} s by ${callerText(data)}`,
  "reload.released": (data) => `${watchText(data)}released by ${callerText(data)}`,
  "reload.started": (data) => `${watchText(data)}${data["verb"]} of ${data["target"] ?? "app"}`,
  "reload.confirmed": (data) => `${reloadedText(data)} after ${data["afterSeconds"]} s${evidenceText(data)}`,
  "reload.unconfirmed": (data) => {
    const newer = data["superseded"] === true ? ", and a newer change came" : "";
    return `${reloadedText(data)}: nothing seen in ${data["afterSeconds"]} s shows an effect${evidenceText(data)}${newer}`;
  },
  "reload.failed": failureText,
  "events.lost": ({ from, to }) => (to === null ? "sexton was started again" : `events ${from} to ${to} are not kept`),
};

function exitText({ exitCode, signal, coreDumped, runSeconds, probableOomKill }: Facts): string {
  const how =
    typeof signal === "string" ? signal : typeof exitCode === "number" ? `exit code ${exitCode}` : "unknown how";
  const more = [
    coreDumped === true ? "core dumped" : null,
    typeof runSeconds === "number" ? `after ${runSeconds} s` : null,
    probableOomKill === true ? "probably out of memory" : null,
  ];
  return [how, ...more.filter((part) => part !== null)].join(", ");
}

function callerText({ caller }: Facts): string {
  const { name, address, uid } = (caller ?? {}) as {
    name?: string | null;
    address?: string | null;
    uid?: number | null;
  };
  return name ?? (typeof uid === "number" ? `user ${uid}` : (address ?? "somebody"));
}

function watchText({ watch }: Facts): string {
  return typeof watch === "string" ? `${watch}: ` : "";
}

function changeText({ path, hash, generation, files, ...data }: Facts): string {
  const where = `${typeof files === "number" ? `${files} ${files === 1 ? "file" : "files"} at ` : ""}${path}`;
  return `${watchText(data)}${where}, now ${hash}${typeof generation === "string" ? ` (${generation})` : ""}`;
}

function reloadedText(data: Facts): string {
  return `${watchText(data)}${data["target"] ?? "app"}`;
}

function evidenceText({ evidence }: Facts): string {
  const details = ((evidence ?? []) as readonly Evidence[]).map(({ detail }) => `, ${detail}`);
  return details.join("");
}

/** It has ended, or what it says of itself shows that it did not take what there is. */
function failureText({ afterSeconds, failure, ...data }: Facts): string {
  const when = typeof afterSeconds === "number" ? ` after ${afterSeconds} s` : "";
  const why = typeof failure === "string" ? failure : `it ended, ${exitText(data)}`;
  return `${reloadedText(data)}${when}: ${why}${evidenceText(data)}`;
}

function parentText({ parent }: Facts): string {
  const { name, pid } = (parent ?? {}) as { name?: string; pid?: number };
  return pid === undefined ? "no parent to be seen" : `of ${name}(${pid})`;
}

function pressureText({
  level,
  scope,
  container,
  pod,
  current,
  limit,
  source,
  percent,
  secondsToExhaustion,
}: Facts): string {
  const ofPod = pod ? `pod ${podLabel(pod as Pod) ?? (pod as Pod).uid}` : "the pod";
  const who = scope === "pod" ? ofPod : `container ${containerLabel(container as ContainerRef) ?? "of sexton"}`;
  const full = typeof secondsToExhaustion === "number" ? `, full in ${secondsToExhaustion} s` : "";
  return `${level}: ${who} has ${current} of ${limit} pids (${percent} %, ${source})${full}`;
}
