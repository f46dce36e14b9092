import type { Zombie, Zombies } from "#ui/api/answers.ts";

/** One parent with the zombies it leaves. */
export interface Culprit {
  readonly key: string;
  /** Null: outside of the namespace. */
  readonly parent: Zombie["parent"];
  readonly zombies: readonly Zombie[];
  readonly perHour: number | null;
  readonly oldestSeconds: number;
  readonly causes: readonly Zombie["cause"][];
  /** Those that would work for every one of them, mildest first. */
  readonly remedies: readonly Zombie["remedies"][number][];
  readonly advices: readonly string[];
}

/** Those with most zombies first. */
export function culpritsOf({ zombies, byParent }: Zombies): Culprit[] {
  const keyOf = (parent: Zombie["parent"]) => parent?.id ?? "outside";
  const groups = Map.groupBy(zombies, ({ parent }) => keyOf(parent));
  const rates = new Map(byParent.map(({ parent, perHour }) => [keyOf(parent), perHour]));
  return [...groups]
    .map(([key, members]) => ({
      key,
      parent: members[0]?.parent ?? null,
      zombies: members.toSorted((a, b) => b.ageSeconds - a.ageSeconds),
      perHour: rates.get(key) ?? null,
      oldestSeconds: members.reduce((oldest, { ageSeconds }) => Math.max(oldest, ageSeconds), 0),
      causes: [...new Set(members.map(({ cause }) => cause))],
      remedies: (members[0]?.remedies ?? []).filter((remedy) => members.every((one) => one.remedies.includes(remedy))),
      advices: [...new Set(members.map(({ advice }) => advice))],
    }))
    .sort((a, b) => b.zombies.length - a.zombies.length);
}
