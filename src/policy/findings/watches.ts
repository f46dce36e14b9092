import type { Finding } from "#policy/findings/finding.ts";
import type { WatchState } from "#process/reload.ts";

/** What is wrong with the watches of configuration, and with the last reload of each. */
export function watchFindings(watches: readonly WatchState[]): Finding[] {
  return watches.flatMap((state) => [...blindness(state), ...nobody(state), ...failure(state), ...leftovers(state)]);
}

function blindness({ settings: { name, paths }, problem }: WatchState): Finding[] {
  if (problem === null) return [];
  const [sentence, advice] = split(problem);
  return [
    {
      id: "watch-blind",
      severity: "warning",
      title: `Watch ${name} does not see everything`,
      seen: sentence,
      why: "The app may go on with an old configuration, and nobody hears of it.",
      fix: advice ?? `Look at ${paths.join(", ")}, or mend watch ${name}.`,
    },
  ];
}

function nobody({ settings: { name }, targetProblem }: WatchState): Finding[] {
  if (targetProblem === null) return [];
  const [sentence, advice] = split(targetProblem);
  return [
    {
      id: "target-unresolved",
      severity: "error",
      title: `Watch ${name} has nobody to reload`,
      seen: sentence,
      why: "A change of its files waits for the target for as long as nobody is called so.",
      fix: advice ?? `Mend the target of watch ${name}.`,
    },
  ];
}

function failure({ settings: { name }, last, pending, content, appliedHash }: WatchState): Finding[] {
  if (last?.status !== "failed" && last?.status !== "rejected") return [];
  // It is over: the content is back, or the app has started with it.
  if (content && content.hash === appliedHash && pending === null) return [];
  const again =
    pending?.reason === "retry" ? "It is tried again." : "It is not tried again before the content changes.";
  return [
    {
      id: last.status === "rejected" ? "content-rejected" : "reload-failed",
      severity: "error",
      title:
        last.status === "rejected" ? `The content of watch ${name} is refused` : `The reload of ${name} has failed`,
      seen: last.detail ?? "nothing tells why",
      why: "The app runs with the configuration of before, and takes the new one at its next start.",
      fix: `Mend the configuration. ${again} By hand: sexton reloads run ${name}.`,
    },
  ];
}

function leftovers({ settings: { name }, oldWorkers }: WatchState): Finding[] {
  if (oldWorkers === 0) return [];
  return [
    {
      id: "old-workers",
      severity: "info",
      title: `Old workers of ${name} are still there`,
      seen: `${oldWorkers} of before the last reload`,
      why: "They serve open connections with the old configuration, and hold memory until these are closed.",
      fix: "Limit how long the app waits for them (nginx: worker_shutdown_timeout, haproxy: hard-stop-after).",
    },
  ];
}

/** Problems say first what is wrong, then what to do. */
function split(problem: string): readonly [string, string | undefined] {
  const [, what, advice] = /^(.*?\.) (.+\.)$/s.exec(problem) ?? [];
  return what === undefined ? [problem, undefined] : [what, advice];
}
