import { about, type Finding } from "#policy/findings/finding.ts";
import type { Process } from "#process/process.ts";
import { broodsOf, describeProcess, type Zombie } from "#process/zombie.ts";

/** A zombie with what a person can do about it. */
export interface AdvisedZombie {
  readonly zombie: Zombie;
  readonly advice: string;
}

/** One finding for each parent that leaves its children; those that have just ended are no finding. */
export function zombieFindings(advised: readonly AdvisedZombie[]): Finding[] {
  const old = advised.filter(({ zombie }) => zombie.cause !== "just-exited");
  const advices = new Map(old.map(({ zombie, advice }) => [zombie, advice]));
  return broodsOf(old.map(({ zombie }) => zombie)).map(({ parent, zombies }) => {
    const oldest = Math.round(Math.max(...zombies.map(({ ageMs }) => ageMs)) / 1000);
    const count = zombies.length === 1 ? "1 zombie" : `${zombies.length} zombies`;
    return {
      id: "zombies-left",
      ...(parent ? about(parent) : {}),
      severity: "warning",
      title: "Zombies are left behind",
      seen: `${count} of ${whose(parent)}, the oldest for ${oldest} s`,
      why: "Each keeps a pid until it is collected; with none left nothing can be started any more, in the pod or on the node.",
      fix: advices.get(zombies[0] as Zombie) ?? "",
    };
  });
}

function whose(parent: Process | null): string {
  return parent ? describeProcess(parent) : "the container runtime";
}
