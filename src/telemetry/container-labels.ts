import type { Container } from "#process/container.ts";
import type { Pod } from "#process/pod.ts";
import type { Labels } from "#telemetry/exposition.ts";

/**
 * Where processes are, as one text to keep sums by: what the label `container` says, and on a node the pod's namespace
 * and name. What it stands for is said by `placeLabels` and `readPlace`. "" is outside of containers.
 */
type Place = string;

const separator = "\u0001";

/**
 * By container key: the name, or the id where there is none; both where two have one name, as in two pods of a node that
 * have no names themselves.
 */
export function containerLabels(containers: Iterable<Container>): ReadonlyMap<string, Place> {
  const shown = [...containers].map((container) => ({ ...container, label: plainLabel(container) }));
  const counts = new Map<string, number>();
  for (const { label } of shown) counts.set(label, (counts.get(label) ?? 0) + 1);
  return new Map(
    shown.map(({ key, id, label }) => {
      if ((counts.get(label) ?? 0) <= 1) return [key, label];
      const [first = "", ...pod] = label.split(separator);
      return [key, [`${first} ${shortId(id ?? key)}`, ...pod].join(separator)];
    }),
  );
}

/** Of one container alone, such as one that is no longer there. */
export function plainLabel({ key, id, name, pod }: Container): Place {
  return placeOf(name ?? shortId(id ?? key), pod);
}

function placeOf(container: string, pod: Pod | null): Place {
  return pod?.name == null ? container : [container, pod.namespace ?? "", pod.name].join(separator);
}

/** What a place stands for; null: no pod with a name. */
export function readPlace(place: Place): { readonly container: string; readonly pod: Omit<Pod, "uid"> | null } {
  const [container = "", namespace, name] = place.split(separator);
  return { container, pod: name === undefined ? null : { namespace: namespace || null, name } };
}

/** As /metrics has it: `namespace` and `pod` as the kubelet's own metrics call them. */
export function placeLabels(place: Place): Labels {
  const { container, pod } = readPlace(place);
  return pod === null ? { container } : { container, namespace: pod.namespace ?? "", pod: pod.name ?? "" };
}

function shortId(id: string): string {
  return id.slice(0, 12);
}
