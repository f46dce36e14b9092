import { isProblem, type Problem } from "#base/errors.ts";
import { about, containerName, type Finding, withLines, yamlWord } from "#policy/findings/finding.ts";
import type { Place } from "#policy/findings/place.ts";
import { refuseUnhandled } from "#policy/signal.ts";
import type { NamedTarget, Target } from "#policy/target.ts";
import { readIntent } from "#policy/verb.ts";
import { dispositionOf, type SignalReceiver } from "#process/disposition.ts";
import { exeName, type Process } from "#process/process.ts";
import type { WatchState } from "#process/reload.ts";
import { shownArgs, shownLine } from "#process/shown.ts";
import { type StandardSignal, signalNumber } from "#process/signal.ts";

/** An app's main process: what Kubernetes sends SIGTERM to. */
export interface MainLook {
  readonly main: Process;
  readonly receiver: SignalReceiver;
  /** Its living children. */
  readonly children: readonly Process[];
}

export interface TargetLook {
  readonly named: NamedTarget;
  /** Null: there is no such process now. */
  readonly receiver: SignalReceiver | null;
}

const killed =
  "Kubernetes will wait the whole grace period (30 s by default) and kill it: what it was doing is lost, and each rollout takes that long.";

/** Whether each main process ends when it is told to. On a node, apps are others' to know, and an info on each too much. */
export function terminationFindings(mains: readonly MainLook[], place: Place): Finding[] {
  return mains
    .flatMap((look) => terminationFinding(look) ?? [])
    .filter(({ severity }) => place !== "node" || severity !== "info");
}

function terminationFinding(look: MainLook): Finding | null {
  const { main, receiver } = look;
  switch (disposition("SIGTERM", receiver)) {
    case "ignored":
      return ignored(look, `${describe(main)} has set SIGTERM to be ignored (SigIgn of /proc/${main.pid}/status).`);
    case "default-ignore":
      return dropped(look);
    case "default-terminate":
      return isShellInFront(look) ? shell(look) : atOnce(look);
    default:
      return null;
  }
}

/** Stops that images choose instead (STOPSIGNAL); what the container's is cannot be seen from inside. */
const otherStops: readonly StandardSignal[] = ["SIGQUIT", "SIGINT", "SIGUSR1", "SIGWINCH"];

function ignored(look: MainLook, seen: string): Finding {
  const { main, receiver } = look;
  const handled = otherStops.filter((name) => disposition(name, receiver) === "caught");
  const [other] = handled;
  return {
    id: "sigterm-ignored",
    // It may well be stopped by that one.
    severity: other ? "warning" : "error",
    title: `${titleOf(main)} does not hear SIGTERM`,
    seen: other ? `${seen} It handles ${handled.join(", ")}.` : seen,
    why: other ? `Unless the image says so (STOPSIGNAL): ${killed}` : killed,
    fix: other
      ? withLines("Say in the image which signal stops it, if that is one of these:", `STOPSIGNAL ${other}`)
      : "Give the app a handler for SIGTERM, or start it without `trap '' TERM` and nohup: what is ignored stays so across exec.",
    ...about(main),
  };
}

/** The kernel hands pid 1 of a namespace nothing that it has no handler for: pid_namespaces(7). */
function dropped(look: MainLook): Finding {
  const { main } = look;
  const seen = `${describe(main)} is pid 1 of its PID namespace and has no handler for SIGTERM, so the kernel drops it.`;
  const finding = ignored(look, seen);
  if (finding.severity !== "error") return finding;
  const name = nameOf(main);
  const lines = `containers:\n  - name: ${name}\n    command: [/sexton, init, --, ${programOf(main)}]\n# or one PID namespace for the pod, in which the app is not pid 1:\nspec:\n  shareProcessNamespace: true`;
  return isShellInFront(look)
    ? { ...finding, fix: withLines(`Let the shell make way for the program. ${execFix}`, execLines(main, look)) }
    : { ...finding, fix: withLines("Give the app a handler for SIGTERM, or an init that hands it on:", lines) };
}

function atOnce({ main }: MainLook): Finding {
  return {
    id: "sigterm-default",
    severity: "info",
    title: `${titleOf(main)} has no handler for SIGTERM`,
    seen: `The default action for ${describe(main)} is to end at once, with exit code 143.`,
    why: "What it was doing is cut off: requests are not finished, buffers are not written.",
    fix: withLines(
      "If that matters, give the app a handler, or time until nobody sends it anything more (Kubernetes 1.30):",
      `containers:\n  - name: ${nameOf(main)}\n    lifecycle:\n      preStop: { sleep: { seconds: 5 } }`,
    ),
    ...about(main),
  };
}

const shells = /^(ba|da|a|z|k)?sh$|^busybox$/;

function isShellInFront({ main, children }: MainLook): boolean {
  return shells.test(exeName(main.facts) ?? main.name) && children.length > 0;
}

const execFix =
  "`exec` in the last line of its script, or a command without a shell, has the program in the shell's place:";

function execLines(main: Process, { children }: MainLook): string {
  const program = (children[0] && shownLine(children[0].facts)) ?? children[0]?.name ?? "app";
  return `containers:\n  - name: ${nameOf(main)}\n    command: [sh, -c, ${JSON.stringify(`exec ${program}`)}]`;
}

function shell(look: MainLook): Finding {
  const { main, children } = look;
  const [child] = children as readonly [Process, ...Process[]];
  return {
    id: "shell-before-app",
    severity: "warning",
    title: `${titleOf(main)} is a shell in front of the program`,
    seen: `${describe(main)} has no handler for SIGTERM; ${describe(child)} is its child.`,
    why: "SIGTERM ends the shell, and with it the container: the program is killed at once and never hears that it should stop.",
    fix: withLines(`Let the shell make way. ${execFix}`, execLines(main, look)),
    ...about(main),
  };
}

/** Whether what a profile, the configuration or a watch says about reloads is what the target would do. */
export function reloadFindings(
  targets: readonly TargetLook[],
  main: Target | Problem,
  watches: readonly WatchState[],
): Finding[] {
  const asked = watches.flatMap(({ settings: { name, target, verb, http } }) => {
    const look = lookOf(target, targets, main);
    return http === null && look ? [{ watch: name, verb, look }] : [];
  });
  const unwatched = targets
    .filter((look) => !asked.some((one) => one.look === look && one.verb === "reload"))
    .map((look) => ({ watch: null, verb: "reload", look }));
  return [...asked, ...unwatched].flatMap(({ watch, verb, look: { named, receiver } }): Finding[] => {
    if (isProblem(named.found) || !receiver) return [];
    const isKnown = named.found.profile !== null || Object.hasOwn(named.found.verbs, verb);
    const objection = watch === null && !isKnown ? null : objectionTo(verb, named.found, receiver, watch !== null);
    if (objection === null) return [];
    return [watch === null ? unhandled(named.found, objection) : cannotReload(watch, named.found, objection)];
  });
}

/** What a watch means by its target; null is the main app. */
export function lookOf(
  target: string | null,
  targets: readonly TargetLook[],
  main: Target | Problem,
): TargetLook | undefined {
  if (target !== null) return targets.find(({ named }) => named.name === target);
  const pid = isProblem(main) ? null : main.process.pid;
  return targets.find(({ named }) => !isProblem(named.found) && named.found.process.pid === pid);
}

function objectionTo(verb: string, target: Target, receiver: SignalReceiver, isWanted: boolean): string | null {
  const intent = readIntent(verb, target);
  if (isProblem(intent)) return intent.detail;
  // A profile that says that there is no signal for it knows the app: that is no fault while nobody wants it.
  if (intent.objection !== null && !isWanted) return null;
  const found = dispositionOf(intent.signal, receiver);
  return (
    refuseUnhandled(target.process, intent, found, receiver)?.detail.replace(/ Send it all the same.*$/, "") ?? null
  );
}

function unhandled(target: Target, objection: string): Finding {
  const profile = target.profile ? `The profile ${target.profile.name}` : "The configuration";
  return {
    id: "reload-unhandled",
    severity: "warning",
    title: `${titleOf(target.process)} does not take its reload signal`,
    seen: objection,
    why: `${profile} says that this signal reloads it; sexton refuses to send what it would not take.`,
    fix: withLines(
      "Start the app such that it takes the signal, or say what it does take:",
      `targets:\n  ${yamlWord(target.name)}: { ${ruleOf(target)}, verbs: { reload: SIGUSR1 } }`,
    ),
    ...about(target.process),
  };
}

function cannotReload(watch: string, target: Target, objection: string): Finding {
  return {
    id: "watch-cannot-reload",
    severity: "error",
    title: `Watch ${watch} cannot reload ${target.name}`,
    seen: objection,
    why: "Each change of the configuration is refused, and the app goes on with the old one until it is started anew.",
    fix: withLines(
      "Say what the app does take, or reload it over HTTP:",
      `targets:\n  ${yamlWord(target.name)}: { ${ruleOf(target)}, verbs: { reload: SIGUSR1 } }\nwatch:\n  - { name: ${yamlWord(watch)}, target: ${yamlWord(target.name)}, http: { url: "http://127.0.0.1:8080/-/reload" } }`,
    ),
    ...about(target.process),
  };
}

const ruleOf = ({ container, process }: Target) =>
  container?.name ? `container: ${yamlWord(container.name)}` : `exe: ${yamlWord(process.facts.exe ?? process.name)}`;
const nameOf = ({ container }: Process) => yamlWord(container?.name ?? "app");

const disposition = (name: StandardSignal, receiver: SignalReceiver) =>
  dispositionOf({ number: signalNumber(name) }, receiver);
const describe = ({ name, pid }: Process) => `${name} (pid ${pid})`;
const programOf = ({ facts, name }: Process) =>
  shownArgs(facts)
    ?.map((arg) => JSON.stringify(arg))
    .join(", ") ?? name;

function titleOf(process: Process): string {
  const name = containerName(process.container);
  return name === null ? describe(process) : `Container ${name}`;
}
