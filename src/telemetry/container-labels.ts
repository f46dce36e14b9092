import type { Container } from "#process/container.ts";

/**
 * What the label `container` says, by container key: the name, or the id where there is none; both where two have one
 * name, as in two pods of a node.
 */
export function containerLabels(containers: Iterable<Container>): ReadonlyMap<string, string> {
  const shown = [...containers].map((container) => ({ ...container, label: plainLabel(container) }));
  const counts = new Map<string, number>();
  for (const { label } of shown) counts.set(label, (counts.get(label) ?? 0) + 1);
  return new Map(
    shown.map(({ key, id, label }) => [key, (counts.get(label) ?? 0) > 1 ? `${label} ${shortId(id ?? key)}` : label]),
  );
}

/** Of one container alone, such as one that is no longer there. */
export function plainLabel({ key, id, name }: Pick<Container, "key" | "id" | "name">): string {
  return name ?? shortId(id ?? key);
}

function shortId(id: string): string {
  return id.slice(0, 12);
}
